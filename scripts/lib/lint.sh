# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What is read rather than run. Needs ui.sh, $root and $logs.

lint_sources() {
  find "$root"/{include,pam_module,daemon,keeper,pam_stacks,ctl,tests} -name '*.h' -o -name '*.cpp' -o -name '*.c' |
    sort
}

lint_format() {
  work 'clang-format' "$logs/format.log" \
    xargs -a <(lint_sources) clang-format-19 --dry-run -Werror
}

# Nine tenths of clang-tidy's time go into headers of libraries, so it reads a room's files as one.
lint_tidy() {
  work 'listing the rooms' "$logs/tidy-rooms.log" \
    python3 "$root/scripts/lib/tidy_rooms.py" "$root" "$root/build/release" "$root/build/tidy" &&
    work 'clang-tidy' "$logs/tidy.log" lint_tidy_rooms
}

lint_tidy_rooms() {
  find "$root/build/tidy" -name '*.cpp' | sort |
    xargs -P "$(nproc)" -n 1 clang-tidy-19 -p "$root/build/tidy" --config-file="$root/.clang-tidy" \
      --quiet --extra-arg=-Wno-unknown-warning-option
}
