# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# How an end-to-end test says what it expects.

check_failures=0

# skip_without PROGRAM...: what scripts/test installs for some tiers alone need not be there.
skip_without() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null && continue
    echo "SKIPPED: $program is missing; scripts/lib/packages.sh says what this test needs"
    exit 77
  done
}

# check TEXT COMMAND...: the command is expected to succeed.
check() {
  local text=$1
  shift
  if "$@"; then
    printf 'ok      %s\n' "$text"
  else
    printf 'NOT OK  %s\n' "$text"
    check_failures=$((check_failures + 1))
  fi
}

not() { ! "$@"; }
quiet() { "$@" >/dev/null 2>&1; }
# said COMMAND...: what it prints is in $S/said.
said() { "$@" >"$S/said" 2>&1; }
equal() { [[ $1 == "$2" ]] || { printf '        "%s" is not "%s"\n' "$1" "$2"; return 1; }; }
matches() { [[ $1 =~ $2 ]] || { printf '        "%s" does not match "%s"\n' "$1" "$2"; return 1; }; }

# same_file A B: byte for byte.
same_file() { cmp -s -- "$1" "$2" || { diff -- "$1" "$2" | sed 's/^/        /'; return 1; }; }

# absent_from TEXT FILE...: no file holds the text.
absent_from() {
  local text=$1
  shift
  ! grep -aFl -- "$text" "$@" 2>/dev/null | sed 's/^/        found in /' | grep .
}

# The end of each test: what went wrong shows the logs.
check_done() {
  local file
  if [[ $check_failures == 0 ]]; then exit 0; fi
  for file in "$S"/log/* /var/log/usher/audit.jsonl; do
    [[ -s $file ]] || continue
    printf -- '---- the end of %s\n' "$file"
    tail -n 60 -- "$file"
  done
  printf '%d checks failed\n' "$check_failures"
  exit 1
}
