#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The store's migration meets a disk without room, and is killed at whatever it does to a file: each time
# the store is of the old schema, and the old version serves from it, or of the new one.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

shipped=$usherd
next=$stage_build/tests/usherd_next
mkdir -p $S/state
mount -t tmpfs -o size=8m,mode=700 stage $S/state
usher_install <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
EOF
pam_service storm
usherd_start
person ada
otp_enrol ada
check 'this version ends in order' usherd_stop

# A store that is no trifle: half a megabyte of people who never come.
python3 - $S/state/store.db <<'EOF'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.executemany(
    "INSERT INTO password (user, hash, changed) VALUES (?, ?, 0)",
    ((f"nobody{i}", "h" * 200) for i in range(2000)))
store.commit()
EOF
chown usher:usher $S/state/*

schema() { python3 -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version").fetchone()[0])' $S/state/store.db; }
before=$(schema)
after=$((before + 1))
unfinished() { find $S/state -name '*.new*'; }
copy=$S/state/store.db.schema-$before

# starts VERSION: it starts, and is stopped again; or its exit status.
starts() {
  usherd=$1
  rm -f /run/usher/{root,self,control}.sock
  usherd_run >$S/said 2>&1 </dev/null &
  usherd_pid=$!
  wait_until $stage_patience serves_or_ended
  kill -TERM $usherd_pid 2>/dev/null
  wait $usherd_pid
}
serves_or_ended() { ! kill -0 $usherd_pid 2>/dev/null || usherd_serves; }

# room KIB: so much is left on the store's disk.
room() {
  rm -f $S/state/filler
  local free
  free=$(df --output=avail -k $S/state | tail -n 1)
  head -c $(((free - $1) * 1024)) /dev/zero >$S/state/filler
}

room 300
check 'without room for a copy the check says so' not quiet said "$next" --check-upgrade --config $usher_config
check 'and what to do' grep -Eq "$S/state: an upgrade takes [0-9]+ KiB and there are [0-9]+ KiB left: make room" $S/said
check 'the next version does not start' not quiet starts "$next"
check 'it says why' grep -q 'is as it was.*disk is full.*make room' $S/said
check 'no half of a copy lies there' equal "$(unfinished)$(ls $copy 2>/dev/null)" ''
check 'this version serves as before' starts "$shipped"
room 900
check 'without room for the migration the next version does not start' not quiet starts "$next"
check 'it says why' grep -q 'is as it was.*disk is full.*make room' $S/said
check 'but there is a whole copy' test "$(stat -c %s $copy)" -ge 500000
check 'the store is of the old schema' equal "$(schema)" "$before"
check 'this version serves as before' starts "$shipped"
rm -f $S/state/filler $copy
cp -a $S/state $S/state.good

# killed CALL N: the next version, from the same beginning, gets SIGKILL at the Nth such call. False where
# it came to serve before that.
killed() {
  local call=$1 at=$2 tracer
  find $S/state -mindepth 1 -delete
  cp -a $S/state.good/. $S/state
  rm -f /run/usher/{root,self,control}.sock
  strace -f -o $S/log/strace -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$at" \
    bash -c "$(declare -f usherd_run); usherd=$next usher_config=$usher_config; usherd_run" \
    >$S/said 2>&1 </dev/null &
  tracer=$!
  usherd_pid=$tracer
  wait_until $stage_patience serves_or_ended
  if usherd_serves; then
    usherd_pid=$(pgrep --parent $tracer)
    kill -TERM "$usherd_pid"
    wait $tracer
    return 1
  fi
  wait $tracer
  grep -q 'killed by SIGKILL' $S/log/strace
}

# sound: the next version could take over from what was left, and so could this one as long as the schema
# is the old one; which it is, is in $found. usherd itself finishes what the log of a killed one has.
sound() {
  found=
  said "$next" --check-upgrade --config $usher_config || return 1
  [[ $(cat $S/said) =~ :\ schema\ ([0-9]+) ]] && found=${BASH_REMATCH[1]}
  case $found in
    "$before") quiet "$shipped" --check-upgrade --config $usher_config ;;
    "$after") [[ -s $copy ]] ;;
    *) return 1 ;;
  esac
}

kills=0
newer=0
for call in pwrite64 ftruncate fdatasync fsync rename unlink; do
  # What it writes is many pages alike.
  step=1
  [[ $call != pwrite64 ]] || step=23
  for ((at = 1; ; at += step)); do
    killed $call $at || break
    kills=$((kills + 1))
    sound || check "killed at $call number $at: $(cat $S/said)" false
    [[ $found != "$after" ]] || newer=$((newer + 1))
  done
done
printf '        killed %d times, %d of them with the new schema in place\n' $kills $newer
check 'it was killed often enough' test $kills -ge 20
check 'before and after it was done' test $newer -ge 1 -a $newer -lt $kills

check 'in the end it is brought up to date' starts "$next"
check 'to the new schema' equal "$(schema)" "$after"
check 'nothing unfinished lies there' equal "$(unfinished)" ''
usherd=$next
usherd_start
otp_code ada "$(otp_step)"
check 'and people get in' equal "$("$stage_build/tests/login_storm" storm ada $S/secrets/ada.code 1)" \
  'accepted=1 denied=0 unavailable=0 other=0'
check 'usherd ends in order' usherd_stop
check_done
