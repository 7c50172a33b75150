#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A store or key that is missing, damaged or another's is a clear error, never an empty store.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
EOF
usherd_start
person ada
# The one enrolment of these tests with usherd's own period; nobody logs in.
otp_period=30
otp_enrol ada
check 'usherd ends in order' usherd_stop
cp -a $S/state $S/state.good
cp -a $S/key $S/key.good

# refuses_to_start WORD: usherd ends by itself, with an error that names WORD, and no crash.
refuses_to_start() {
  local status
  (usherd_run) >$S/said 2>&1 </dev/null &
  local job=$!
  for ((tries = 0; tries < stage_patience * 20; ++tries)); do
    kill -0 $job 2>/dev/null || break
    sleep 0.05
  done
  kill -KILL $job 2>/dev/null
  wait $job
  status=$?
  [[ $status != 0 && $status -lt 128 ]] || { printf '        status %d\n' $status; return 1; }
  grep -q -- "$1" $S/said || { sed 's/^/        /' $S/said; return 1; }
}
restore() {
  rm -rf $S/state $S/key
  cp -a $S/state.good $S/state
  cp -a $S/key.good $S/key
}

rm $S/key/master.key
check 'no key' refuses_to_start master.key
restore
chmod 644 $S/key/master.key
check 'a key that others can read' refuses_to_start master.key
restore
printf 'short' >$S/key/master.key
check 'a key that is none' refuses_to_start master.key
restore
rm -f $S/state/store.db*
check 'no store' refuses_to_start store.db
restore
: >$S/state/store.db
check 'an empty file for a store' refuses_to_start store.db
restore
head -c 65536 /dev/urandom >$S/state/store.db
check 'noise for a store' refuses_to_start store.db
restore
rm -rf $S/state $S/key
install -d -o usher -g usher -m 700 $S/state $S/key
usherctl init >/dev/null
cp -a $S/state.good/. $S/state
check 'the key of another store' refuses_to_start key
restore
ln -s $S/key.good/master.key $S/key/link
mv $S/key/link $S/key/master.key
check 'a key behind a symbolic link' refuses_to_start master.key
restore
echo 'nonsense' >>$usher_config
check 'settings with a mistake' refuses_to_start usher.toml
sed -i '$d' $usher_config
usherd_start
check 'what was there is still there' grep -q default <(usherctl otp list ada)
check 'usherd ends in order' usherd_stop
check_done
