#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whoever follows docs/guides/from-source.md, to the letter, has a machine on which Usher decides: its
# block of commands, on a stage whose /usr and /var/lib are private too.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

[[ -d /usr/lib/x86_64-linux-gnu/security && -f /etc/pam.d/sshd ]] &&
  grep -q '^@include common-auth' /etc/pam.d/sshd || { echo 'SKIPPED: not Debian on x86-64'; exit 77; }
for folder in usr var/lib; do
  mkdir -p "$S/over/$folder" "$S/work/$folder"
  must mount -t overlay -o "lowerdir=/$folder,upperdir=$S/over/$folder,workdir=$S/work/$folder" stage /$folder
done
# The folder that scripts/try has built in, whatever is tested.
mkdir -p $S/tree/build/release
cp -r "$stage_source/conf" $S/tree/
cp "$usherd" "$usher_keeper" "$usherctl" "$module" $S/tree/build/release/
python3 "$stage_source/tests/guides/blocks.py" print e2e.from_source \
  "$stage_source/docs/guides/from-source.md" >$S/block
check 'the guide has the block' grep -q 'server_uid=' $S/block

# usherctl as it was installed.
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
follow() { (cd $S/tree && bash -eu $S/block) >$S/log/from_source 2>&1 </dev/null; }
check 'each command does what it should' follow
check 'usherd serves' wait_until 60 usherd_serves
check 'as usher' equal "$(stat -c %U /run/usher/root.sock)" usher
check 'sshd takes the settings' /usr/sbin/sshd -t

# The machine's own sshd, but for the keys and the port.
ssh-keygen -q -t ed25519 -N '' -f $S/host_key
mkdir -m 755 $S/authorized_keys
/usr/sbin/sshd -D -E $S/log/sshd -p $ssh_code -h $S/host_key -o ListenAddress=127.0.0.1 \
  -o PidFile=none -o "AuthorizedKeysFile=$S/authorized_keys/%u" &
listens() { grep -qs 'Server listening' $S/log/sshd; }
check 'sshd listens' wait_until 60 listens
printf 'Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  IdentityFile none\n  IdentitiesOnly yes\n  NumberOfPasswordPrompts 1\n  LogLevel ERROR\n' >$S/ssh_config

person ada
password_of ada 'correct horse battery staple'
otp_enrol ada
key_of ada
otp_code ada "$(otp_step)" && cp $S/secrets/ada.code $S/secrets/first
otp_code ada $(($(otp_step) + 1)) && cp $S/secrets/ada.code $S/secrets/second
printf 'a guess\n' >$S/secrets/guess
check 'a wrong password is refused' not ssh_login ada $ssh_code $S/secrets/guess $S/secrets/first
check 'password and code let in' ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/first
check 'key and code let in' \
  ssh_login ada $ssh_code $S/secrets/guess $S/secrets/second -i $S/secrets/key_ada
check_done
