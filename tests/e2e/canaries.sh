#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Canaries: secrets that are known are looked for wherever they must not be: in arguments, environments and
# logs at the highest level, in the store and its log, in a backup, in cores of usherd and of a program that
# asked.
source "$(dirname "$0")/../e2e/all.sh"
skip_without gcore
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "with a code"
service = ["sshd", "su"]
require = ["password", "otp|recovery"]
EOF
usherd_start
password='the canary of ada sings'
person ada
person bob
password_of ada "$password"
otp_enrol ada --label phone
printf '\n' | usherctl recovery new --stdin ada >$S/recovery 2>&1 || stage_fatal "recovery new: $(cat $S/recovery)"
grep -oE '([0-9a-z]{4}-){5}[0-9a-z]{4}' $S/recovery >$S/secrets/ada.recovery
rm -f $S/recovery
printf '\n' | usherctl bypass issue --stdin --service sshd ada >$S/bypass 2>&1 || stage_fatal "bypass issue: $(cat $S/bypass)"
grep -oE '([0-9a-z]{4}-){5}[0-9a-z]{4}' $S/bypass >$S/secrets/ada.bypass
rm -f $S/bypass
for service in sshd su; do pam_service $service debug; done
sshd_start 'LogLevel DEBUG3'

seed=$(cat $S/secrets/ada.seed)
otp_code ada "$(otp_step)"
code=$(cat $S/secrets/ada.code)
mapfile -t recovery <$S/secrets/ada.recovery
check 'there are canaries' equal "${#recovery[@]}" 10

# The forms in which a secret may lie about: as it is typed, and a seed as the bytes that it stands for.
printf '%s' "$seed" | base32 -d >$S/secrets/seed.bytes
holds() {
  python3 - "$S/secrets" "$@" <<'EOF'
import pathlib, sys
secrets = pathlib.Path(sys.argv[1])
canaries = {secrets.joinpath("seed.bytes").read_bytes(): "the seed, in bytes"}
for name in ("password", "seed", "code", "recovery", "bypass"):
    for line in secrets.joinpath(f"ada.{name}").read_text().split("\n"):
        if line:
            canaries[line.encode()] = f"ada's {name}"
            canaries[line.replace("-", "").encode()] = f"ada's {name}, without hyphens"
found = False
for file in sys.argv[2:]:
    try:
        content = pathlib.Path(file).read_bytes()
    except OSError:
        continue
    for canary, what in canaries.items():
        if canary in content:
            print(f"        {what}, in {file}")
            found = True
sys.exit(not found)
EOF
}
check 'what looks for them finds them' quiet holds $S/secrets/ada.password
check 'also as bytes' quiet holds $S/secrets/seed.bytes

echo '# while somebody logs in'
ssh_slow_answers
(STAGE_ASKPASS=$S/slow_askpass ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code) &
login=$!
wait_until $stage_patience test -s $S/asked
# The programs of the test itself are asked for secrets by name of file alone.
cat /proc/[0-9]*/cmdline >$S/arguments 2>/dev/null
cat /proc/[0-9]*/environ >$S/environments 2>/dev/null
echo >$S/slow
wait "$login"
check 'who logs in is in' grep -q 'in as ada' $S/printed
check 'no argument holds any' not holds $S/arguments
check 'no environment does' not holds $S/environments
check 'a wrong password' not ssh_login ada $ssh_code <(echo 'not it') $S/secrets/ada.code
head -n 1 $S/secrets/ada.recovery >$S/secrets/first
check 'a recovery code' ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/first
check 'a bypass' ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.bypass

echo '# what asked'
sed -n 2p $S/secrets/ada.recovery >$S/secrets/second
mkdir $S/home/bob/lines
cp $S/secrets/ada.password $S/home/bob/lines/password
cp $S/secrets/second $S/home/bob/lines/code
chown -R bob: $S/home/bob/lines
setpriv --reuid=bob --regid=bob --clear-groups \
  expect "$tests_e2e/terminal.exp" $S/home/bob/lines/password $S/home/bob/lines/code \
  su ada -c 'touch ~/inside; exec sleep 1000' >$S/log/su 2>&1 &
wait_until $stage_patience test -e $S/home/ada/inside || sed 's/^/        /' $S/log/su
su=$(pgrep -x su | head -n 1)
check 'su is there still' test -n "$su"
check 'its core' quiet gcore -o $S/core.su "$su"
check 'holds none' not holds $S/core.su.*
rm -f $S/core.su.*

echo '# what was asked'
check 'the core of usherd' quiet gcore -o $S/core.usherd "$usherd_pid"
check 'holds none' not holds $S/core.usherd.*
rm -f $S/core.usherd.*
check 'nor that of usher-keeper' quiet gcore -o $S/core.keeper "$keeper_pid"
check 'none at all' not holds $S/core.keeper.*
rm -f $S/core.keeper.*
pkill -x -P "$su" sleep

echo '# what is written'
printf '%s\n' 'a passphrase for the copy' 'a passphrase for the copy' >$S/secrets/passphrase
check 'a backup' quiet usherctl backup $S/backup --stdin <$S/secrets/passphrase
check 'store, its log, key and backup hold none' not holds $S/state/* $S/key/* $S/backup
check 'nor does a log, at the highest level' not holds $S/log/* $usher_audit
check_done
