# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What is read rather than run. Needs ui.sh, $root and $logs.

lint_sources() {
  find "$root"/{include,pam_module,daemon,keeper,ctl,tests} -name '*.h' -o -name '*.cpp' -o -name '*.c' |
    sort
}

lint_format() {
  work 'clang-format' "$logs/format.log" \
    xargs -a <(lint_sources) clang-format-19 --dry-run -Werror
}

# The compiler's own list of commands, without what only GCC knows.
lint_tidy() {
  mkdir -p "$root/build/tidy"
  sed 's/ -fno-gnu-unique//g' "$root/build/release/compile_commands.json" \
    >"$root/build/tidy/compile_commands.json"
  work 'clang-tidy' "$logs/tidy.log" lint_tidy_all
}

lint_tidy_all() {
  lint_sources | grep -E '/(pam_module|daemon|keeper|ctl)/.*\.cpp$' |
    xargs -P "$(nproc)" -n 1 clang-tidy-19 -p "$root/build/tidy" --quiet \
      --extra-arg=-Wno-unknown-warning-option
}
