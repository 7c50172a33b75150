#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The Ansible role, by a real Ansible over the real sshd: store, settings, rules and stacks come to be, and
# nothing changes the second time; a mistake in a rule leaves the old ones; --check only says what it would do.
source "$(dirname "$0")/../e2e/all.sh"
source "$tests_e2e/../guides/stage_guides.sh"
skip_without ansible-playbook sudo
stage_enter "$@"
grep -qs '^@include common-auth' /etc/pam.d/sshd || { echo 'SKIPPED: not the stacks of Debian'; exit 77; }
stage_guides
role=$stage_source/packaging/ansible/roles

rm -rf /etc/sudoers.d
printf '%s\n' 'Defaults !lecture' 'ansible ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers
chmod 440 /etc/sudoers
guides_sshd_start
guides_person ansible
guides_person robot
guides_key robot ansible key_ansible

# The controller is robot's home; what it reads may be in a folder that robot can't enter.
C=$S/home/robot
cp -r "$role" $C/roles
mkdir $C/rules
cp "$stage_source"/conf/examples/50-ssh*.toml $C/rules/
cat >$C/play.yml <<EOF
- hosts: all
  become: true
  roles:
    - role: usher
      usher_packages: []
EOF
printf 'server.example.org ansible_user=ansible ansible_ssh_private_key_file=%s/.ssh/key_ansible\n' $C >$C/inventory
chown -R robot: $C

# play ARGUMENT...: what Ansible said is in $S/said.
play() { said as robot env ANSIBLE_NOCOLOR=1 ANSIBLE_PIPELINING=1 ansible-playbook -i inventory play.yml "$@"; }
# came_to NAME=NUMBER...: what the recap counts.
came_to() {
  local count
  for count in "$@"; do
    grep -q "^server.example.org .* $count\b" $S/said || { sed 's/^/        /' $S/said; return 1; }
  done
}

check 'its syntax' play --syntax-check
echo '# a new machine'
check 'the store' play --tags usher-store
check 'is new' came_to changed=1 failed=0
check 'and there' test -s /var/lib/usher/store.db
keeper_start
$S/bin/systemctl start usherd.service || stage_fatal 'usherd does not start'
version() { usherctl status --json | sed -n 's/.*"rules_version": *"\([^"]*\)".*/\1/p'; }
observing=$(version)

echo '# rules'
check 'what they would be' play --check --extra-vars usher_rules=rules
check 'would be two files' came_to changed=1 failed=0
check 'is not yet' not test -e /etc/usher/rules.d/50-ssh.toml
check 'the rules' play --extra-vars usher_rules=rules
check 'are new, and loaded' came_to changed=2 failed=0
check 'in force' not equal "$(version)" "$observing" >/dev/null
check 'with their expectations' same_file "$stage_source/conf/examples/50-ssh.test.toml" /etc/usher/rules.d/50-ssh.test.toml
in_force=$(version)
check 'the same again' play --extra-vars usher_rules=rules
check 'changes nothing' came_to changed=0 failed=0
touch /etc/usher/rules.d/90-somebody-else.toml
check 'others stay where they are wanted' play --extra-vars 'usher_rules=rules usher_rules_exclusive=false'
check 'by changing nothing' came_to changed=0
check 'and go where they are not' play --extra-vars usher_rules=rules
check 'for that' came_to changed=2
check 'for good' not test -e /etc/usher/rules.d/90-somebody-else.toml

echo '# mistakes'
sed 's/"otp"/"opt"/' $C/rules/50-ssh.toml >$S/mistake && cp $S/mistake $C/rules/50-ssh.toml
check 'a mistake' not play --extra-vars usher_rules=rules
check 'is shown' grep -q 'there is no factor `opt`' $S/said
check 'nothing was put in place' came_to changed=0 failed=1
check 'the old rules stay' equal "$(version)" "$in_force"
check 'the same in check mode' not play --check --extra-vars usher_rules=rules
printf '[[rule]]\nname = "less"\nservice = ["sshd"]\nrequire = ["password"]\n' >$C/rules/50-ssh.toml
check 'rules that are not what is expected' not play --extra-vars usher_rules=rules
check 'are not put in place either' same_file "$stage_source/conf/examples/50-ssh.toml" /etc/usher/rules.d/50-ssh.toml
printf '{"usher_settings": "[login]\\nprompt_timeout = \\"2 weeks\\"\\n"}' >$C/settings.json
check 'settings with a mistake' not play --extra-vars @settings.json
check 'are shown' grep -q 'is no duration' $S/said
check 'and not put in place' came_to changed=0 failed=1
check 'no draft is left' not compgen -G '/tmp/*.usher'

echo '# stacks'
asks_usher() { grep -q '^auth.*substack.*usher' /etc/pam.d/sshd /etc/pam.d/sudo; }
printf '%s' '{"usher_services": ["sshd", "sudo"], "usher_rollback_after": "never"}' >$C/stacks.json
check 'what they would be' play --check --extra-vars @stacks.json
check 'would be a change' came_to changed=1 failed=0
check 'is not yet' not asks_usher
check 'the stacks, unconfirmed' \
  play --extra-vars @stacks.json --extra-vars '{"usher_confirm": false}'
check 'but the stacks are changed' came_to changed=1 failed=0
check 'and ask Usher' asks_usher
check 'put back by hand' quiet usherctl pam rollback
check 'the stacks, confirmed from a new connection' play --extra-vars @stacks.json
check 'are changed, and stay' came_to changed=2 failed=0
check 'asking Usher' asks_usher
check 'nobody has to confirm any more' grep -q '"change": *null' <(usherctl pam status --json)
check 'the same again' play --extra-vars @stacks.json
check 'changes nothing' came_to changed=0 failed=0
check_done
