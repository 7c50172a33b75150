#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What docs/guides/ssh.md says of service accounts: on one sshd, people come with a key and a code, and one
# account copies and clones with a key, from one place. And what it says of people whose tools log in
# again and again: one login serves them all.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

for needed in sftp scp rsync git ansible; do
  command -v $needed >/dev/null || stage_fatal "$needed is missing"
done
usher_install <<'EOT'
[[rule]]
name = "backups"
service = ["sshd"]
user = ["backups"]
from = ["127.0.0.1"]
require = ["publickey"]

[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOT
pam_service sshd
usherd_start
sshd_start 'Subsystem sftp internal-sftp' 'Match User backups' '  AuthenticationMethods publickey'
person backups
person ada
key_of backups
sed -i 's/^/restrict /' $S/authorized_keys/backups
key_of ada
otp_enrol ada
otp_code ada "$(otp_step)"
port=$ssh_key_code
cat >>$S/ssh_config <<EOT
  Port $port
Host backups
  HostName 127.0.0.1
  User backups
  IdentityFile $S/secrets/key_backups
EOT

# with_key COMMAND...: with nobody there to answer.
with_key() {
  story_begins
  "$@" </dev/null >$S/printed 2>&1
}
# The rule that decided, in each phase.
by_rule() {
  equal "$(story)" 'account-accepted session-opened' &&
    equal "$(story_of account-accepted rule) $(story_of session-opened rule)" 'backups backups'
}
# Debian's useradd makes homes that others can't look into; the test is root.
home=$S/home/backups
head -c 100000 /dev/urandom >$S/original
printf 'put %s by_sftp\n' $S/original >$S/batch

echo '# a service account, with its key alone'
check 'a command' with_key ssh -F $S/ssh_config backups true
check 'by its rule' by_rule
check 'sftp' with_key sftp -q -F $S/ssh_config -b $S/batch backups
check 'by its rule' by_rule
check 'copied' same_file $S/original $home/by_sftp
check 'scp' with_key scp -q -F $S/ssh_config $S/original backups:by_scp
check 'by its rule' by_rule
check 'copied' same_file $S/original $home/by_scp
check "scp's old protocol" with_key scp -O -q -F $S/ssh_config backups:by_scp $S/back
check 'copied' same_file $S/original $S/back
check 'rsync' with_key rsync -e "ssh -F $S/ssh_config" $S/original backups:by_rsync
check 'by its rule' by_rule
check 'copied' same_file $S/original $home/by_rsync

export GIT_SSH_COMMAND="ssh -F $S/ssh_config"
export GIT_AUTHOR_NAME=Stage GIT_AUTHOR_EMAIL=stage@localhost
export GIT_COMMITTER_NAME=Stage GIT_COMMITTER_EMAIL=stage@localhost
setpriv --reuid=backups --regid=backups --clear-groups git init -q --bare $home/store.git
check 'git clone' with_key git clone -q backups:store.git $S/clone
check 'by its rule' by_rule
cp $S/original $S/clone/
git -C $S/clone add original && git -C $S/clone commit -q -m 'a copy'
check 'git push' with_key git -C $S/clone push -q origin HEAD
check 'by its rule' by_rule
check 'git fetch' with_key git -C $S/clone fetch -q

# One connection for all that Ansible does, kept for a moment: ControlPersist is its own default.
export ANSIBLE_SSH_COMMON_ARGS="-F $S/ssh_config" ANSIBLE_SSH_CONTROL_PATH_DIR=$S/root
check 'ansible' with_key ansible all -i backups, -m command -a 'cat by_scp'
check 'by its rule' by_rule
check 'ansible copies' with_key ansible all -i backups, -m copy -a "src=$S/original dest=by_ansible"
check 'copied' same_file $S/original $home/by_ansible

echo '# and nothing else'
check 'the account from elsewhere is refused' not with_key ssh -F $S/ssh_config -b 127.0.0.2 backups true
check 'by the rule for people' equal "$(story) $(story_of account-denied rule)" \
  'account-denied people over SSH'
check 'it is refused without its key' \
  not with_key ssh -F $S/ssh_config -o BatchMode=yes -o PubkeyAuthentication=no backups true
check "a person's key alone is not enough on the same port" \
  not with_key ssh -F $S/ssh_config -o BatchMode=yes -i $S/secrets/key_ada ada@127.0.0.1 true
check 'sshd goes on to ask' equal "$(story)" ''

echo '# a person, whose tools log in again and again'
# Stays in the background, for as long as its socket is in use and ten minutes more.
shared=(-o ControlMaster=auto -o "ControlPath=$S/root/%C" -o ControlPersist=10m)
check 'a key and a code let in' \
  ssh_login ada $port /dev/null $S/secrets/ada.code -i $S/secrets/key_ada "${shared[@]}"
check 'in three phases' equal "$(story)" 'login-accepted account-accepted session-opened'
check 'scp needs no other login' \
  with_key scp -q -F $S/ssh_config "${shared[@]}" $S/original ada@127.0.0.1:by_scp
check 'copied' same_file $S/original $S/home/ada/by_scp
check 'nor rsync' \
  with_key rsync -e "ssh -F $S/ssh_config ${shared[*]}" $S/original ada@127.0.0.1:by_rsync
setpriv --reuid=ada --regid=ada --clear-groups git init -q --bare $S/home/ada/store.git
check 'nor git' with_key env GIT_SSH_COMMAND="ssh -F $S/ssh_config ${shared[*]}" \
  git clone -q ada@127.0.0.1:store.git $S/another
check 'nor ansible' with_key env ANSIBLE_SSH_ARGS="${shared[*]}" ansible all -i ada@127.0.0.1, -m ping
check 'usherd was not asked' equal "$(story)" ''
check 'the person ends it' quiet ssh -F $S/ssh_config "${shared[@]}" -O exit ada@127.0.0.1
check 'usherd ends in order' usherd_stop
check_done
