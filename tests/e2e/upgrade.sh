#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usherd gives way to its next version, whose store has another schema, while one person sits at a prompt
# and another arrives: both get in. Before that, what the next version says of itself; after it, the way
# back. The sockets are held by somebody else, as under systemd.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

next=$stage_build/tests/usherd_next
usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
EOF
pam_service sshd
pam_service storm
activation_start
sshd_start
person ada
person bob
password_of ada 'correct horse battery staple'
otp_enrol ada
otp_code ada "$(otp_step)"
otp_enrol bob
otp_code bob "$(otp_step)"
log_in_bob() { "$stage_build/tests/login_storm" storm bob $S/secrets/bob.code 1; }

# in_store SQL [FILE]: what the store, or a copy of it, says; it is opened as nobody's but the reader's.
in_store() {
  rm -rf $S/reading
  mkdir $S/reading
  cp "${2:-$S/state/store.db}" $S/reading/store.db
  [[ -n ${2:-} || ! -e $S/state/store.db-wal ]] || cp $S/state/store.db-wal $S/reading/
  python3 -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' $S/reading/store.db "$1"
}
schema() { in_store 'PRAGMA user_version' "$@"; }
before=$(schema)
after=$((before + 1))

# --- what the next version says beforehand, while this one serves ---

# says CODE REGEX COMMAND...: the exit code, and what it prints in one line.
says() {
  local code=$1 regex=$2 status
  shift 2
  "$@" >$S/said 2>&1
  status=$?
  equal "$status" "$code" && matches "$(cat $S/said)" "$regex"
}
check_upgrade() { env "${@:2}" "$next" --check-upgrade --config "$1"; }
# Everything but the log's index, which says who reads.
state_now() {
  find $S/state ! -name '*-shm' -printf '%p %y %m %u %s %T@\n' | sort
  find $S/state -type f ! -name '*-shm' -exec sha256sum {} + | sort
}
config_with() {
  sed "$1" $usher_config >/etc/usher/other.toml
  printf '/etc/usher/other.toml'
}

state_now >$S/state_before
check 'the next version could take over' says 0 \
  "^usherd .*-next can take over; rules: 2; store $S/state/store.db: schema $before; a copy could be brought to $after\$" \
  check_upgrade $usher_config
check 'it says so in one line' equal "$(wc -l <$S/said)" 1
check 'a step that fails is found' says 1 'store.db: no such table: absent' \
  check_upgrade $usher_config USHER_NEXT_STEP=failing
check 'a step that leaves damage is found' says 1 'CHECK constraint failed in otp' \
  check_upgrade $usher_config USHER_NEXT_STEP=damaging
check 'a mistake in the configuration is 78' says 78 'other.toml:[0-9]+:[0-9]+: ' \
  check_upgrade "$(config_with 's/^store/stroe/')"
state_now >$S/state_after
check 'none of this changed a file' same_file $S/state_before $S/state_after
check 'this version serves on' usherd_serves
check 'this version would keep the schema' says 0 "schema $before, which stays\$" \
  "$usherd" --check-upgrade --config $usher_config

# --- root asks, and does nothing there that user usher could not ---

# A store that root alone can reach, behind a link that user usher laid.
install -d -m 700 $S/root/private
cp $S/state/store.db $S/root/private/
chmod 600 $S/root/private/store.db
install -d -o usher -g usher -m 700 $S/trap
ln -s $S/root/private $S/trap/state
check 'a link of user usher'\''s leads root nowhere' says 1 'Permission denied' \
  check_upgrade "$(config_with "s|$S/state|$S/trap/state|")"
chown root $S/key/master.key
check 'a key that usherd could not read is found' says 1 'master.key: Permission denied' check_upgrade $usher_config
chown usher $S/key/master.key
printf '[keeper]\nuser = "nobody-here"\n' | cat $usher_config - >/etc/usher/other.toml
check 'without the user of usherd root does nothing' says 1 'there is no user nobody-here' \
  check_upgrade /etc/usher/other.toml

# --- the upgrade, the first time with a step that fails ---

# The first answer waits for the upgrade.
ssh_slow_answers
STAGE_ASKPASS=$S/slow_askpass ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code &
ada=$!
check 'ada is being asked' wait_until $stage_patience test -s $S/asked

check 'this version stops' activation_stop
check 'in order' equal "$(activation_ended)" 0
log_in_bob >$S/bob &
bob=$!
someone_waits() { [[ $(activation_queue root) -ge 1 ]]; }
check 'bob waits in the queue of the socket' wait_until $stage_patience someone_waits
check 'it is the socket from before' equal "$(stat -c %U:%a /run/usher/root.sock)" root:600

activation_install "$next" USHER_NEXT_STEP=failing
activation_go
has_failed() { [[ $(activation_ended) == 1 ]]; }
check 'the next version does not start with a step that fails' wait_until $stage_patience has_failed
check 'no usherd runs' activation_stop
check 'and says why, and what is left' grep -q "could not be brought to schema $after, and is as it was.*no such table: absent" $S/log/usherd
check 'the store is as it was' equal "$(schema)" "$before"
check 'bob waits still' someone_waits

activation_install "$next"
activation_go
check 'the next version takes bob in' wait $bob
check 'with his code' equal "$(cat $S/bob)" 'accepted=1 denied=0 unavailable=0 other=0'
echo go >$S/slow
check 'ada, who sat at her prompt all along, gets in' wait $ada
check 'asked again from the start' equal "$(wc -l <$S/asked)" 3
check 'it is the next version that serves' matches "$(usherctl status)" '-next'
check 'with its schema' equal "$(schema)" "$after"
check 'what was migrated is there' equal "$(in_store 'SELECT changed_by FROM password')" ada
check 'a code that was spent is spent' matches "$(log_in_bob)" '^accepted=0 denied=1'

# --- and back ---

copy=$S/state/store.db.schema-$before
check 'the copy is of the old schema' equal "$(schema $copy)" "$before"
check 'whole' equal "$(in_store 'PRAGMA integrity_check' $copy)" ok
check 'and for user usher alone' equal "$(stat -c %U:%G:%a $copy)" usher:usher:600
check 'nothing unfinished lies there' equal "$(find $S/state -name '*.new*')" ''

check 'the next version stops' activation_stop
activation_install "$usherd"
check 'this version refuses the newer store' says 1 "made by a newer Usher .*\.schema-$before or less" \
  setpriv --reuid=usher --regid=usher --clear-groups "$usherd" --config $usher_config
rm -f $S/state/store.db-wal $S/state/store.db-shm
mv $S/state/store.db $S/state/store.db.newer
mv $copy $S/state/store.db
activation_go
otp_code ada $(($(otp_step) + 1))
check 'with the copy it serves as before' ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code
check 'from the old schema' equal "$(schema)" "$before"
check 'it stops' activation_stop
check 'in order' equal "$(activation_ended)" 0
check_done
