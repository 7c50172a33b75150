# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Configuring and building a preset. Needs ui.sh, $root (the top of the source tree) and $logs.

# One script at a time in one tree; the lock goes with the process that holds it.
build_lock() {
  mkdir -p "$logs"
  exec {build_lock_fd}>"$root/build/.lock"
  flock --nonblock "$build_lock_fd" && return
  say 'another of these scripts is at work in this tree; waiting for it'
  flock "$build_lock_fd"
}

build_unlock() { exec {build_lock_fd}>&-; }

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
