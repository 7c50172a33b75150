# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# How the scripts talk: short lines, colour and live progress on a terminal alone.

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  ui_live=yes
  ui_bold=$'\e[1m' ui_dim=$'\e[2m' ui_red=$'\e[31m' ui_green=$'\e[32m' ui_off=$'\e[0m'
else
  ui_live=no
  ui_bold='' ui_dim='' ui_red='' ui_green='' ui_off=''
fi

say() { printf '%s\n' "$*"; }
heading() { printf '\n%s%s%s\n' "$ui_bold" "$*" "$ui_off"; }
note() { printf '     %s%s%s\n' "$ui_dim" "$*" "$ui_off"; }
tick() { printf '   %s✓%s %s\n' "$ui_green" "$ui_off" "$*"; }
cross() { printf '   %s✗%s %s\n' "$ui_red" "$ui_off" "$*"; }

# die MESSAGE [HINT...]: the end, with what is wrong and what to do.
die() {
  printf '%s%s:%s %s\n' "$ui_red" "${0##*/}" "$ui_off" "$1" >&2
  shift
  local hint
  for hint in "$@"; do printf '  %s\n' "$hint" >&2; done
  exit 2
}

# The newest "[n/m]" (ninja) or "n/m Test" (ctest) of a line; nothing where there is none.
ui_progress_of() {
  if [[ $1 =~ \[([0-9]+/[0-9]+)\] || $1 =~ ^[[:space:]]*([0-9]+/[0-9]+)\ Test ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  fi
}

# Copies its input to the file $2; on a terminal shows how far "$1" has come.
ui_follow() {
  local title=$1 log=$2 line progress='' began=$SECONDS
  while IFS= read -r line || [[ -n $line ]]; do
    printf '%s\n' "$line"
    [[ $ui_live == yes ]] || continue
    progress=$(ui_progress_of "$line")
    [[ -z $progress ]] ||
      printf '\r\e[K   … %s %s (%ss)' "$title" "$progress" $((SECONDS - began)) >&3
  done 3>&1 >"$log"
  [[ $ui_live != yes ]] || printf '\r\e[K'
}

# What is worth seeing of the log of a failed command. Some commands have a better idea.
ui_worth_seeing() { tail -n 40 -- "$1"; }

# work TITLE LOG COMMAND...: runs the command with its output in LOG. Says how long it took; if it
# failed, shows what is worth seeing of LOG ($work_shows: a function). Returns the command's status.
# Descriptor 9, the lock of build.sh, is not the command's.
work() {
  local title=$1 log=$2 began=$SECONDS status
  shift 2
  if [[ $ui_live == yes ]]; then
    printf '   … %s' "$title"
  else
    printf '   … %s\n' "$title"
  fi
  "$@" </dev/null 2>&1 9>&- | ui_follow "$title" "$log" 9>&-
  status=${PIPESTATUS[0]}
  if [[ $status == 0 ]]; then
    tick "$title ${ui_dim}($((SECONDS - began)) s)${ui_off}"
  else
    cross "$title: failed with status $status after $((SECONDS - began)) s; from $log:"
    "${work_shows:-ui_worth_seeing}" "$log" | sed 's/^/     | /'
  fi
  return "$status"
}
