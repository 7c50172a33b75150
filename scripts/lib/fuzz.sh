# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Running fuzz targets that are built. Needs $root (the top of the source tree).

fuzz_targets() {
  sed -n 's/^usher_fuzz(\([a-z0-9_]*\).*/\1/p' "$root/tests/fuzz/CMakeLists.txt"
}

# fuzz_run TARGET SECONDS: new inputs are kept in build/fuzz/corpus/TARGET; what breaks the target, in
# build/fuzz.
fuzz_run() (
  target=$1 seconds=$2
  corpus=$root/build/fuzz/corpus/$target
  mkdir -p "$corpus"
  seeds=()
  [[ ! -d $root/tests/fuzz/corpus/$target ]] || seeds=("$root/tests/fuzz/corpus/$target")
  cd "$root/build/fuzz" || exit 2
  exec "./tests/$target" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
    -artifact_prefix="$target-" "$corpus" "${seeds[@]}"
)

# fuzz_every SECONDS LOGS: one target on each processor; what a target says is in LOGS/fuzz-TARGET.log.
fuzz_every() {
  local seconds=$1 logs=$2
  export root
  export -f fuzz_run
  fuzz_targets | xargs -P "$(nproc)" -I TARGET bash -c \
    'if fuzz_run TARGET "$0" >"$1/fuzz-TARGET.log" 2>&1; then
       echo "TARGET: nothing found"
     else
       echo "TARGET:" && tail -n 60 "$1/fuzz-TARGET.log"
       exit 1
     fi' "$seconds" "$logs"
}
