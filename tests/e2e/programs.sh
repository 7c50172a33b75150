# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The programs that call PAM, with somebody in front of them. Needs stage.sh and usher.sh.

# as NAME COMMAND...: as that person, in their home, as if logged in.
as() {
  local name=$1
  shift
  (cd "$S/home/$name" &&
    exec setpriv --reuid="$name" --regid="$name" --init-groups \
      env -i HOME="$S/home/$name" USER="$name" LOGNAME="$name" SHELL=/bin/bash TERM=dumb \
      LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$@")
}

# at_terminal PASSWORD-FILE CODE-FILE COMMAND...: on a terminal of its own; what was seen there is in
# $S/terminal. True if the command is. The command may be `as`.
at_terminal() {
  local password=$1 code=$2
  shift 2
  if [[ $1 == as ]]; then
    local name=$2
    shift 2
    set -- setpriv --reuid="$name" --regid="$name" --init-groups env -i HOME="$S/home/$name" \
      USER="$name" LOGNAME="$name" SHELL=/bin/bash LC_ALL=C.UTF-8 \
      PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$@"
  fi
  TERM=dumb timeout --foreground $stage_patience \
    expect "$tests_e2e/terminal.exp" "$password" "$code" "$@" >$S/terminal 2>&1 </dev/null
}

# saw TEXT: a line of what was seen on the terminal.
saw() { tr -d '\r' <$S/terminal | grep -qFx -- "$1" || { sed 's/^/        /' $S/terminal; return 1; }; }
# prompts: how many there were.
prompts() { grep -Eo '(assword[^:]*|ode): ?' $S/terminal | wc -l; }

# prints TEXT: the last line that a command under `said` printed ends with it; prompts stand before.
prints() { [[ $(tail -n 1 $S/said) == *"$1" ]] || { sed 's/^/        /' $S/said; return 1; }; }

# answers FILE...: the first line of each, for programs that read standard input.
answers() { head -q -n 1 "$@"; }

# fresh_code NAME: a code that was never used, in $S/secrets/NAME.code: of a new generator, so that no
# test waits for the clock. A person has the last one alone; $S/secrets/NAME.label is what it is called.
fresh_code() {
  local old='' label=$S/secrets/$1.label
  if [[ -e $label ]]; then
    old=$(cat "$label")
    usherctl otp remove --label "$old" "$1" >$S/log/remove 2>&1 ||
      stage_fatal "usherctl otp remove: $(cat $S/log/remove)"
  fi
  printf 'fresh-%d\n' $((${old#fresh-} + 1)) >"$label"
  otp_enrol "$1" --label "$(cat "$label")"
  otp_code "$1" "$(otp_step)"
}
