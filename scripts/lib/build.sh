# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Configuring and building a preset. Needs ui.sh, $root (the top of the source tree) and $logs.

# One script at a time in one tree. The lock is descriptor 9 and goes with the script: what the
# script starts by `work` does not get it, so a process left behind keeps nobody waiting. A script that
# runs another one has locked for it too.
build_lock() {
  [[ ${USHER_BUILD_LOCK:-} != held ]] || return 0
  mkdir -p "$logs"
  exec 9>"$root/build/.lock"
  if ! flock --nonblock 9; then
    say 'another of these scripts is at work in this tree; waiting for it'
    flock 9
  fi
  export USHER_BUILD_LOCK=held
}

build_unlock() {
  exec 9>&-
  unset USHER_BUILD_LOCK
}

# A configure that was interrupted, or made where the tree stood before, leaves a cache that the next
# one trips over: then it starts afresh.
build_configure() {
  cmake --preset "$1" -S "$root" && return
  rm -rf "${root:?}/build/$1/CMakeCache.txt" "${root:?}/build/$1/CMakeFiles"
  cmake --preset "$1" -S "$root"
}

# build_preset PRESET [TARGET...]: everything, or the named targets.
build_preset() {
  local preset=$1 target
  shift
  local -a targets=()
  for target in "$@"; do targets+=(--target "$target"); done
  work "configuring $preset" "$logs/configure-$preset.log" build_configure "$preset" &&
    work "building $preset" "$logs/build-$preset.log" \
      cmake --build "$root/build/$preset" -j "$(nproc)" "${targets[@]}"
}
