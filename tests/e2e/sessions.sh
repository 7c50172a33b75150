#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What is proven over SSH is worth something to sudo in the same session, and nothing anywhere else.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

# sudo_rule PASSWORD-TIME: how long a password may be reused.
sudo_rule() {
  cat >/etc/usher/rules.d/20-sudo.toml <<EOF
[[rule]]
name = "sudo"
service = ["sudo", "sudo-i"]
require = ["password", "otp"]
reuse = { otp = "8h", password = "$1" }
EOF
}

usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOF
sudo_rule 5m
pam_stacks none sshd sudo sudo-i
rm -rf /etc/sudoers.d
printf 'Defaults !lecture, passwd_tries=1, timestamp_timeout=0\n' >/etc/sudoers
usherd_start
sshd_start
someone ada
someone bob

# sudo_in ID NAME: sudo in that connection, over which it is asked what $asked_for tells.
sudo_in() {
  asks_nothing_yet "$2"
  over "$1" "$2" "$sudo_a id -un"
  local status=$?
  asked_for=$(asked "$2")
  [[ $status == 0 && $(tail -n 1 $S/said) == root ]]
}
# in_unasked ...: and it asks for nothing.
in_unasked() { sudo_in "$@" && equal "$asked_for" ''; }
in_after() {
  local wanted=$1
  shift
  sudo_in "$@" && equal "$asked_for" "$wanted"
}

echo '# key and code over SSH'
audit_mark
check 'ada gets in' connect ada one
first=$(session_of ada sshd)
check 'her session is in the register' matches "$first" '^[0-9a-f]{32}$'
check 'and in the log, under the same name' audited session-opened "session=$first" service=sshd person=ada
check 'with what was proven' equal "$(session_field "$first" factors)" '["publickey", "otp"]'
check 'and what it holds' equal "$(held "$first")" 'ada:otp ada:publickey'
check 'where from, and by which rule' equal \
  "$(session_field "$first" from) $(session_field "$first" rule)" '127.0.0.1 people over SSH'
check 'whoami tells her' over one ada "$usherctl whoami --json"
check 'of this session' matches "$(cat $S/said)" "$first"

echo '# sudo in it'
audit_mark
check 'asks for the password alone' in_after password one ada
check 'since the code was proven over SSH' audited login-accepted service=sudo "session=$first" \
  'before=.*"otp".*"by": "session".*' 'asked=\["password"\]' 'held=.*otp.*password.*'
check 'the password is credited to the session it was typed in' equal "$(held "$first")" \
  'ada:otp ada:password ada:publickey'
check 'sudo began a session inside of it' audited session-opened service=sudo user=root
audit_mark
check 'a second one asks for nothing' in_unasked one ada
check 'and the log says why' audited login-accepted service=sudo 'asked=\[\]' \
  'reason=.*session holds.*'
check 'explain names what would be reused' said usherctl explain ada --service sudo --session "$first"
check 'each of it' matches "$(grep -c . $S/said) $(tr '\n' ' ' <$S/said)" 'otp.*password|password.*otp'
check 'sudo -i is such a one too' over one ada "$sudo_a -i id -un"

echo '# nowhere else'
check 'a second login of hers' connect ada two
second=$(session_of ada sshd)
check 'is another session' not equal "$second" "$first"
another_code ada
check 'and gains nothing from the first but what it proved itself' in_after password two ada
check "bob's login" connect bob three
check "gains nothing from ada's" in_after password three bob
another_code bob
asks_nothing_yet bob
check 'a process of no session is asked for all' as bob sh -c "$sudo_a id -un" >$S/said
check 'password and code' equal "$(asked bob)" 'password code'
another_code bob
asks_nothing_yet bob
check 'also right after, since nobody keeps it' as bob sh -c "$sudo_a id -un" >$S/said
check 'password and code again' equal "$(asked bob)" 'password code'

echo '# what fails earns nothing'
check 'once its password is too old' sudo_in three bob
echo wrong >$S/home/bob/password
sudo_rule 1s && usherctl reload >/dev/null
# Nothing that a test could wait for tells that a second is over but the clock itself.
password_is_old() {
  [[ $(control GetSession "{\"id\": \"$(session_of bob sshd)\"}" | python3 -c '
import json, sys
print(*[p["until"] for p in json.load(sys.stdin)["session"]["proofs"] if p["factor"] == "password"])') == 0 ]]
}
check 'the window passes' wait_until $stage_patience password_is_old
check 'a wrong password is refused' not in_after password three bob
check 'after it was asked for' equal "$asked_for" password
check 'and the next one is asked again' not sudo_in three bob
check 'for the password' equal "$asked_for" password
cp $S/secrets/bob.password $S/home/bob/password
check 'the right one gets in' in_after password three bob
sudo_rule 5m && usherctl reload >/dev/null
check 'and counts as long as the rule in force says' in_unasked three bob

echo '# what is changed is proven anew'
password_of bob 'another password of bob'
check 'a changed password' not sudo_in three bob
check 'is asked for' equal "$asked_for" password
cp $S/secrets/bob.password $S/home/bob/password
another_code bob
check 'and after three wrong answers in one session all is to be proven there anew' in_after 'password code' three bob
check 'which is worth what it was before' in_unasked three bob
usherctl otp list bob >$S/said
while read -r label _; do usherctl otp remove --label "$label" bob >/dev/null 2>&1; done <$S/said
code_in_use[bob]=''
another_code bob
check 'a removed code, too' in_after code three bob
chage -E 0 bob
check 'whose account is closed gets in by nothing that was proven before' not sudo_in three bob
check 'and is asked' not equal "$asked_for" ''
chage -E -1 bob

echo '# a restart of usherd takes nothing, and gives nothing'
check 'usherd ends in order' usherd_stop
usherd_start
check 'it is the same register' equal "$(sessions "sorted(s['id'] for s in all if s['service'] == 'sshd')" | grep -c "$first")" 1
check 'sudo asks for nothing, as before' in_unasked one ada
usherd_kill
usherd_start
check 'also after kill -9' in_unasked one ada

echo '# tmux'
check 'ada starts a tmux' over one ada 'LC_ALL=C.UTF-8 tmux -S $HOME/tmux new-session -d -s kept'
# in_tmux: sudo in ada's tmux.
in_tmux() {
  asks_nothing_yet ada
  another_code ada
  rm -f $S/home/ada/done
  as ada tmux -S $S/home/ada/tmux send-keys -t kept \
    "SUDO_ASKPASS=\$HOME/askpass sudo -A id -un >\$HOME/printed 2>&1; echo \$? >\$HOME/done" Enter
  wait_until $stage_patience test -s $S/home/ada/done || return 1
  asked_for=$(asked ada)
  [[ $(cat $S/home/ada/done) == 0 ]]
}
check 'in which sudo gets in' in_tmux
check 'after everything was proven, since a tmux stands in no session' equal "$asked_for" 'password code'

echo '# ended by hand'
audit_mark
check 'session end' said usherctl session end "$first"
check 'the log says who did it' audited session-revoked "session=$first" person=ada 'reason=ended by root'
another_code ada
check 'sudo there asks for everything again' in_after 'password code' one ada
another_code ada
check 'each time, since what is over holds nothing' in_after 'password code' one ada
check 'the other session of hers goes on' in_unasked two ada
check 'a person ends their own' over two ada "$usherctl session end $second"
check 'not those of others' not over two ada "$usherctl session end $(session_of bob sshd)"
another_code ada
check 'and is asked again' in_after 'password code' two ada
audit_mark
check 'all of a user' said usherctl session end --user bob
another_code bob
check 'are over' in_after 'password code' three bob

echo '# logged out'
disconnect one ada
closed() { [[ -n $(session_field "$first" how) && $(session_field "$first" leader_runs) == False ]]; }
check 'the process of an ended session goes, and is not watched any more' wait_until $stage_patience closed
check 'how it ended first stays' equal "$(session_field "$first" how)" revoked
check 'in the tmux that was left behind' in_tmux
check 'everything is asked' equal "$asked_for" 'password code'
as ada tmux -S $S/home/ada/tmux kill-server
audit_mark
check 'ada comes again' connect ada four
fourth=$(session_of ada sshd)
disconnect four ada
ended() { [[ $(session_field "$fourth" how) == closed ]]; }
check 'and goes: the program says so' wait_until $stage_patience ended
check 'with its name in the log' audited session-closed "session=$fourth" service=sshd person=ada
check 'nothing of it is kept' equal "$(held "$fourth")" ''
check 'history has it' matches "$(usherctl history ada --json)" "$fourth"
disconnect two ada
disconnect three bob
none_open() { equal "$(sessions 'len(all)')" 0 >/dev/null; }
check 'in the end nobody is in' wait_until $stage_patience none_open
check 'usherd ends in order' usherd_stop
check_done
