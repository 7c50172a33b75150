#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A backup under usherd's hands, and what comes of it: nothing that was spent since is good again, and
# where something is wrong with it, nothing is changed.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

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
pam_service storm
pam_service pass
usherd_start
for name in ada bob carol; do person $name; done
# Short steps: after a restore the codes of two of them have to pass.
otp_period=15
otp_enrol ada
otp_enrol bob
otp_enrol carol
password_of ada 'correct horse of ada'
printf 'a passphrase of several words\n' >$S/secrets/passphrase
chmod 600 $S/secrets/passphrase
backup=$S/usher.backup

log_in() { "$stage_build/tests/login_storm" "$1" "$2" "$S/secrets/$2.$3" 1; }
gets_in() { equal "$(log_in "$@")" 'accepted=1 denied=0 unavailable=0 other=0'; }
stays_out() { equal "$(log_in "$@")" 'accepted=0 denied=1 unavailable=0 other=0'; }
passphrase() { cat $S/secrets/passphrase; }

echo '# backup'
# The seeds as people are shown them, one in hex, the key and the passphrase.
canaries() {
  cat $S/secrets/{ada,bob,carol}.seed $S/secrets/passphrase
  cut -d' ' -f2 $S/key/master.key
  base32 -d <$S/secrets/ada.seed | od -An -v -tx1 | tr -d ' \n'
  echo
}
# tells_nothing FILE...: neither as a text nor as bytes.
tells_nothing() {
  local canary
  base32 -d <$S/secrets/bob.seed >$S/secrets/bytes
  while read -r canary; do
    [[ -n $canary ]] && not grep -aqF -e "$canary" "$@" || return 1
  done < <(canaries)
  python3 -c '
import sys
seed = open(sys.argv[1], "rb").read()
sys.exit(any(seed in open(name, "rb").read() for name in sys.argv[2:]))' $S/secrets/bytes "$@"
}
audit_mark
check 'with usherd running' said usherctl backup $backup --passphrase-file $S/secrets/passphrase
check 'it says what is in it' grep -q 'holds 1 password, 3 generators of codes' $S/said
check 'it is on record' audited credential-changed operation=store.backup outcome=changed
check 'the file is root'"'"'s alone' equal "$(stat -c '%u %a' $backup)" '0 600'
check 'nothing secret can be read in it' tells_nothing $backup
check 'nor any name' not grep -aq 'ada\|carol\|SQLite' $backup
check 'nor in the log' tells_nothing $usher_audit
check 'nothing else was written' equal "$(find $S/usher.backup* $S/state $S/key -type f | sort | xargs)" \
  "$S/key/master.key $S/state/store.db $S/state/store.db-shm $S/state/store.db-wal $backup"
check 'it is not overwritten' not said usherctl backup $backup --passphrase-file $S/secrets/passphrase
check 'and says how it would be' grep -q -- '--force' $S/said
check 'but if told' quiet usherctl backup $backup --force --stdin < <(passphrase)
check 'a short passphrase is refused' not said usherctl backup $S/none --stdin <<<'too short'
check 'for a reason' grep -q 'at least 12' $S/said
check 'so is a file of it that others can read' not said usherctl backup $S/none --passphrase-file /etc/passwd
check 'neither made a file' equal "$(find $S -maxdepth 1 -name 'none*')" ''
as_ada() { setpriv --reuid=ada --regid=ada --clear-groups "$@"; }
check 'a person makes none' not said as_ada usherctl backup $S/home/ada/x --stdin < <(passphrase)
check 'and no half of one' equal "$(find $S/home/ada -name 'x*')" ''
chown root: /var/log/usher
check 'what cannot be recorded is not written' not quiet usherctl backup $S/none --stdin < <(passphrase)
chown usher: /var/log/usher
check 'not even in part' equal "$(find $S -maxdepth 1 -name 'none*')" ''

echo '# since'
otp_code ada "$(otp_step)"
check 'a code lets in' gets_in storm ada code
check 'and is spent' stays_out storm ada code
usherctl otp remove --label default bob >/dev/null
otp_enrol bob --label another
password_of ada 'another horse of ada'

echo '# what is no backup, or not this one, changes nothing'
state() { find $S/state $S/key -type f ! -name '*-shm' -exec sha256sum {} + | sort; }
fails() {
  local before
  before=$(state)
  not said usherctl restore "$@" && equal "$(state)" "$before"
}
check 'with usherd running' fails $backup --stdin < <(passphrase)
check 'which is to be stopped' grep -q 'stop usherd first' $S/said
check 'and goes on' usherd_serves
check 'but it can be looked at' said usherctl restore $backup --dry-run --stdin < <(passphrase)
check 'which tells what would change' grep -q 'bob .*code "another" is gone' $S/said
check 'and what not' not grep -q carol $S/said
check 'usherd ends in order' usherd_stop
check 'another passphrase' fails $backup --stdin <<<'a passphrase of many words'
check 'is called wrong' grep -q 'the passphrase is wrong' $S/said
head -c -1 $backup >$S/cut
check 'a file that is cut' fails $S/cut --stdin < <(passphrase)
check 'is called cut' grep -q 'cut short' $S/said
python3 -c '
import sys
content = bytearray(open(sys.argv[1], "rb").read())
content[len(content) // 2] ^= 1
open(sys.argv[2], "wb").write(content)' $backup $S/flipped
check 'a file with another bit' fails $S/flipped --stdin < <(passphrase)
check 'is called changed' grep -q 'changed or damaged' $S/said
check 'a file of another kind' fails $S/state/store.db --stdin < <(passphrase)
check 'is called none' grep -q 'not a backup' $S/said
check 'a file that is not there' fails $S/nowhere --stdin < <(passphrase)
check 'no passphrase' fails $backup --stdin </dev/null

echo '# restore'
audit_mark
otp_code carol "$(otp_step)"
check 'puts the store back' said usherctl restore $backup --stdin < <(passphrase)
check 'says what is otherwise' grep -q 'bob .*code "another" is gone' $S/said
check 'and what came back' grep -q 'ada .*the password is the one of then' $S/said
check 'it is on record' audited credential-changed operation=store.restore
check 'the files are usherd'"'"'s' equal "$(find $S/state $S/key -type f ! -user usher)" ''
check 'and private' equal "$(find $S/state $S/key -type f -perm /077)" ''
check 'the store of before is kept' test -s $S/state/store.db.before-restore-*
usherd_start
story_begins
check 'the code that was spent since stays spent' stays_out storm ada code
# It is: or, on a slow machine, its time has passed.
check 'and no other reason is given' grep -q 'already used\|steps of' <(story_of login-denied reason)
check 'so is one that was only shown' stays_out storm carol code
# Those of the next steps have never been shown.
fresh() {
  otp_code "$1" "$(otp_step)"
  log_in storm "$1" code | grep -q accepted=1
}
check 'codes that come count' wait_until 120 fresh ada
check 'everybody'"'"'s' wait_until 120 fresh carol
check 'the password of since is none' stays_out pass ada password
printf 'correct horse of ada\n' >$S/secrets/ada.password
check 'but the one of then' gets_in pass ada password

echo '# on a machine that has lost everything'
check 'usherd ends in order' usherd_stop
key=$(cat $S/key/master.key)
find $S/state $S/key -type f -delete
check 'it needs neither store nor key' said usherctl restore $backup --stdin < <(passphrase)
check 'which it says' grep -q 'There was no key in place' $S/said
check 'the key is the one of then' equal "$(cat $S/key/master.key)" "$key"
usherd_start
check 'people are known' grep -q default <(usherctl otp list carol)
check 'and get in' gets_in pass ada password
check 'usherd ends in order' usherd_stop
check_done
