#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `usherctl key rotate` is killed again and again, while usherd serves and people log in and enrol: the
# store opens with what is there, each seed in it, and nobody is refused.
#
#   USHER_KILLS=N   how often; 200 without it
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"
kills=${USHER_KILLS:-200}

usher_install <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
[[rule]]
name = "a password is enough"
service = ["pass"]
require = ["password"]
EOF
# Whoever is refused need not wait.
pam_service storm nodelay
pam_service pass nodelay
usherd_start

log_in() { "$stage_build/tests/login_storm" "$1" "$2" "$S/secrets/$2.$3" 1; }
# works NAME: the code of a step that is not spent yet lets in.
works() {
  local step
  step=$(otp_step)
  [[ $step != $(cat "$S/$1.step" 2>/dev/null) ]] || return 1
  otp_code "$1" "$step"
  [[ $(log_in storm "$1" code) == accepted=1\ * ]] && echo "$step" >"$S/$1.step"
}

people='p1 p2 p3 p4 p5 p6'
for name in $people comer regular; do person $name; done
password_of regular 'correct horse'
# Short, so that there is a new code after each kill.
otp_period=2
for name in $people; do otp_enrol $name; done

echo '# life goes on'
# failed WHAT: something that has to work at every moment did not.
failed() { printf '%s\n' "$*" >>$S/failures; }
lives() { [[ ! -e $S/over ]]; }
regular_logins() {
  local count=0
  while lives; do
    [[ $(log_in pass regular password) == accepted=1\ * ]] || failed "a login by password"
    count=$((count + 1))
  done
  echo $count >$S/regular
}
# A code is sealed, opened and spent.
enrolments() {
  local count=0 otp_period=600
  while lives; do
    otp_enrol comer
    otp_code comer "$(otp_step)"
    [[ $(log_in storm comer code) == accepted=1\ * ]] || failed "the code of a new generator"
    usherctl otp remove --label default comer >/dev/null 2>&1 || failed "removing a generator"
    count=$((count + 1))
  done
  echo $count >$S/comers
}
: >$S/failures
regular_logins &
first=$!
enrolments &
second=$!

# check_quietly TEXT COMMAND...: what goes wrong is said.
check_quietly() {
  local text=$1
  shift
  "$@" || check "$text" false
}

echo '# kills'
began=${EPOCHREALTIME/./}
check 'a rotation that nobody kills' said usherctl key rotate
took=$((${EPOCHREALTIME/./} - began))

status() { usherctl key status --json; }
in_force() { status | sed -n 's/.*"in_force": "\(.*\)".*/\1/p'; }
keys() { grep -c usher-master-key-1 $S/key/master.key; }

killed=0 before=0 between=0
# How long it takes, and how long once it has begun to write; as far as that is known by now.
declare -A takes=([-]=$took [$S/key/master.key.new]=$took)
for ((round = 1; killed < kills && round <= 20 * kills; ++round)); do
  old=$(in_force)
  watched=-
  ((round % 4 == 0)) || watched=$S/key/master.key.new
  how=$(python3 "$stage_source/tests/fault/kill_at.py" $watched ${takes[$watched]} "$usherctl" key rotate)
  if [[ $how != killed ]]; then
    takes[$watched]=$((takes[$watched] - takes[$watched] / 10))
    check_quietly "round $round: not killed, it works" equal "$how" 0
    continue
  fi
  killed=$((killed + 1))
  takes[$watched]=$((takes[$watched] + takes[$watched] / 10))
  # As a usherd that starts now would do.
  said "$usherd" --check-upgrade --config $usher_config
  check_quietly "round $round: the store opens" grep -q 'can take over' $S/said
  new=$(in_force)
  if [[ $(keys) == 2 ]]; then
    [[ $new == "$old" ]] && before=$((before + 1)) || between=$((between + 1))
  fi
  for name in $people; do
    check_quietly "round $round: the code of $name works" wait_until $stage_patience works $name
  done
done
touch $S/over
wait $first $second
printf '        killed %d of %d; two keys were left %d times with the old one in force, %d times with the new\n' \
  $killed $((round - 1)) $before $between
printf '        meanwhile %d logins by password, and %d by the code of somebody new\n' \
  "$(cat $S/regular)" "$(cat $S/comers)"
check 'it was killed often enough' equal $killed "$kills"
[[ $kills -lt 100 ]] || check 'also half-way' test $before -ge 1
check 'nobody was refused' equal "$(sort $S/failures | uniq -c)" ''
check 'people did log in meanwhile' test "$(cat $S/regular)" -ge 1 -a "$(cat $S/comers)" -ge 1

echo '# afterwards'
check 'a last one finishes' said usherctl key rotate
check 'so that one key is left' equal "$(keys)" 1
check 'and nothing else' equal "$(find $S/key -type f ! -name master.key)" ''
check 'which is in force' said usherctl key status
check 'usherd was never stopped, and ends in order' usherd_stop
usherd_start
for name in $people; do
  check "the code of $name works" wait_until $stage_patience works $name
done
check 'usherd ends in order' usherd_stop
check_done
