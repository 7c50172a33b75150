# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A desktop on the stage: people, a screen (Xvfb), somebody who types, a screen locker, and pictures
# of it all. Needs stage.sh and usher.sh. Pictures are kept in $USHER_ARTEFACTS, or else in
# build/logs/, in a folder named like the test.

# enrolled NAME: a person with a password and a code. In $S/secrets, NAME.first and NAME.second are
# codes that were never used, and NAME.wrong is none.
enrolled() {
  local name=$1 now
  person "$name"
  password_of "$name" "the very long key of $name"
  otp_enrol "$name"
  now=$(otp_step)
  otp_code "$name" "$now" && cp "$S/secrets/$name.code" "$S/secrets/$name.first"
  otp_code "$name" $((now + 1)) && cp "$S/secrets/$name.code" "$S/secrets/$name.second"
  tr 0-9 1-90 <"$S/secrets/$name.second" >"$S/secrets/$name.wrong"
}

# in_one NAME CODE-FILE: a file with what the person types where there is one field for both.
in_one() {
  paste -d '' "$S/secrets/$1.password" "$2" >$S/secrets/whole
  printf %s $S/secrets/whole
}

# no_secret_in FILE...: of those whom `enrolled` made.
no_secret_in() {
  local code
  check 'the passwords' absent_from 'the very long key of' "$@"
  for code in "$S"/secrets/*.{first,second,wrong}; do
    check "the code in ${code##*/}" absent_from "$(cat "$code")" "$@"
  done
}

# desktop_start: afterwards DISPLAY is set, and /tmp is the stage's own: X servers keep their sockets
# and locks there.
desktop_start() {
  local kept
  kept=${USHER_ARTEFACTS:-$stage_source/build/logs}/$(basename "$0" .sh)
  must mkdir -p "$kept" $S/artefacts $S/tmp $S/tmp.work
  must mount --bind "$kept" $S/artefacts
  must mount -t overlay -o lowerdir=/tmp,upperdir=$S/tmp,workdir=$S/tmp.work stage /tmp
  must chmod 1777 /tmp
  rm -rf /tmp/.X* $S/artefacts/*.png
  must mkdir -m 1777 /tmp/.X11-unix
  person xserver
  : >$S/display
  # -noreset: the server outlives its last client.
  (exec setpriv --reuid=xserver --regid=xserver --clear-groups \
    Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp -ac -noreset 3>$S/display) \
    >$S/log/xvfb 2>&1 </dev/null &
  wait_until $stage_patience test -s $S/display || stage_fatal "no X server: $(cat $S/log/xvfb)"
  DISPLAY=:$(cat $S/display)
  export DISPLAY
}

# become NAME [VARIABLE=VALUE...] COMMAND...: this process goes on as the person, and with nothing of
# root's environment.
become() {
  local name=$1
  shift
  exec setpriv --reuid="$name" --regid="$name" --init-groups env -i HOME="$S/home/$name" \
    USER="$name" LOGNAME="$name" PATH="$PATH" LC_ALL=C.UTF-8 DISPLAY="${DISPLAY:-}" "$@"
}

# lock COMMAND...: starts a screen locker, which the command has to become; true once it holds the
# keyboard. It says so as xss-lock wants it: by closing the descriptor XSS_SLEEP_LOCK_FD.
lock() {
  rm -f $S/locked
  mkfifo $S/locked
  (
    exec 9>$S/locked
    export XSS_SLEEP_LOCK_FD=9
    "$@"
  ) >>$S/log/locker 2>&1 </dev/null &
  locker=$!
  timeout $stage_patience cat $S/locked && is_locked
}

is_locked() { kill -0 "$locker" 2>/dev/null; }

# unlocked: the locker ends by itself, and well.
unlocked() { wait_until $stage_patience not is_locked && wait "$locker"; }

unlock_by_force() {
  kill -KILL "$locker" 2>/dev/null
  wait "$locker" 2>/dev/null
  true
}

# keyed FILE: somebody types the file's first line, and Return. The text is in no process's argv.
keyed() { head -n 1 "$1" | tr -d '\n' | xdotool type --delay 30 --file - && xdotool key Return; }

# picture NAME: what is to be seen, kept as NAME.png.
picture() { import -window root "$S/artefacts/$1.png"; }

# sight: a number for what is to be seen in the upper half of the screen, where no cursor blinks.
sight() { import -window root -crop 800x300+0+0 +repage png:- | identify -format '%#' -; }

# sight_after SIGHT...: what is to be seen as soon as it is none of these.
sight_after() {
  local end=$((SECONDS + stage_patience)) now
  while
    now=$(sight)
    [[ " $* " == *" $now "* ]] && ((SECONDS < end))
  do
    sleep 0.2
  done
  printf '%s' "$now"
}

# sight_becomes SIGHT: it is to be seen again.
sight_becomes() {
  local end=$((SECONDS + stage_patience))
  until [[ $(sight) == "$1" ]]; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}
