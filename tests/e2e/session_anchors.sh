#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Which process each program's session hangs on, which session is inside of which, and how each ends:
# connections that are shared, sftp, sudo, su inside of sudo, login, jobs, user managers, namespaces.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"
skip_without sftp expect tmux

usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
[[rule]]
name = "sudo"
service = ["sudo", "sudo-i"]
require = ["password|publickey", "otp"]
reuse = { otp = "8h", password = "8h", publickey = "8h" }
[[rule]]
name = "su"
service = ["su", "su-l"]
require = ["password"]
[[rule]]
name = "login"
service = ["login"]
require = ["password"]
[[rule]]
name = "jobs"
service = ["cron", "atd", "systemd-user"]
mode = "observe"
require = ["password"]
EOF
pam_stacks none sshd sudo sudo-i su su-l login
printf 'session optional %s\nsession required pam_permit.so\n' "$module server_uid=$(id -u usher)" \
  >/etc/pam.d/systemd-user
rm -rf /etc/sudoers.d
printf 'Defaults !lecture, passwd_tries=1, timestamp_timeout=0\n' >/etc/sudoers
usherd_start
sshd_start 'Subsystem sftp internal-sftp'
someone ada
someone bob
cp $S/secrets/ada.password $S/home/ada/password

# children_of ID: "service user" of the sessions inside of it, in order.
children_of() {
  sessions "[(s['service'] + ' ' + s['user']) for s in all if s['parent'] == '$1']"
}
# eventually EXPRESSION VALUE: of the open sessions.
is_now() { [[ $(sessions "$1") == "$2" ]]; }
eventually() { wait_until $stage_patience is_now "$@"; }

echo '# one connection, many channels'
check 'ada gets in' connect ada one
first=$(session_of ada sshd)
anchor=$(session_field "$first" leader)
check 'her session hangs on the process of sshd that opened it' matches "$(tr '\0' ' ' </proc/"$anchor"/cmdline)" \
  '^sshd(-session)?: ada \[priv\]'
check 'a command' over one ada true
check 'and another' over one ada true
check 'are no sessions of their own' equal "$(sessions 'len(all)')" 1
check 'sftp over the same connection' quiet sftp -F $S/ssh_config -o ControlPath=$S/mux.one \
  -b <(echo "ls $S") "ada@127.0.0.1"
check 'is none either' equal "$(sessions 'len(all)')" 1
another_code ada keep
mkdir -m 700 $S/answers.sftp
cp $S/secrets/ada.password $S/answers.sftp/password
cp $S/secrets/ada.code $S/answers.sftp/code
cat >$S/batch <<EOF
ls $S
!python3 $tests_e2e/control.py /run/usher/control.sock Sessions >$S/while_sftp
EOF
check 'sftp of its own' env STAGE_ANSWERS=$S/answers.sftp SSH_ASKPASS_REQUIRE=force \
  SSH_ASKPASS=$stage_source/tests/e2e/askpass.sh sftp -q -F $S/ssh_config -P $ssh_key_code -i $S/secrets/key_ada \
  -o BatchMode=no -b $S/batch ada@127.0.0.1 </dev/null >$S/said 2>&1
check 'is one' equal "$(grep -o '"service": "sshd"' $S/while_sftp | wc -l)" 2
check 'and ends' eventually 'len(all)' 1

echo '# key and code satisfy sudo'
asks_nothing_yet ada
check 'where the rule lets a key be reused, sudo asks for nothing' over one ada "$sudo_a id -un"
check 'at all' equal "$(asked ada)" ''

echo '# inside of each other'
# running COMMAND: in ada's connection, until `finish`; what it says is in $S/background.
running() {
  rm -f $S/home/ada/finish
  sudo -u ada mkfifo $S/home/ada/finish 2>/dev/null || { mkfifo $S/home/ada/finish && chown ada: $S/home/ada/finish; }
  ssh -T -F $S/ssh_config -S $S/mux.one -- ada@127.0.0.1 "$1" </dev/null >$S/background 2>&1 &
  background=$!
}
finish() {
  echo >$S/home/ada/finish
  wait "$background"
}
running "$sudo_a sh -c 'read -r _ <$S/home/ada/finish'"
check 'sudo is a child of the SSH session it was typed in' eventually \
  "[(s['service'] + ' ' + s['user'] + ' ' + s['ruser']) for s in all if s['parent'] == '$first']" "['sudo root ada']"
inner=$(session_of root sudo)
check 'it tells what was proven for it' equal "$(session_field "$inner" factors)" \
  '["publickey (reused)", "otp (reused)"]'
check 'it holds nothing itself' equal "$(held "$inner")" ''
check 'and hangs on sudo' equal "$(cat /proc/"$(session_field "$inner" leader)"/comm)" sudo
finish
check 'and ends with it' eventually "[s['id'] for s in all if s['id'] == '$inner']" '[]'
check 'since sudo says so' equal "$(session_field "$inner" how)" closed

running "$sudo_a -i sh -c 'read -r _ <$S/home/ada/finish'"
check 'sudo -i, too' eventually \
  "[(s['service'] + ' ' + s['user']) for s in all if s['parent'] == '$first']" "['sudo-i root']"
finish
running "$sudo_a su - bob -c 'read -r _ <$S/home/ada/finish'"
check 'su - inside of sudo: sudo is in the SSH session' eventually \
  "[(s['service'] + ' ' + s['user']) for s in all if s['parent'] == '$first']" "['sudo root']"
inner=$(session_of root sudo)
check 'and su in that of sudo' eventually \
  "[(s['service'] + ' ' + s['user']) for s in all if s['parent'] == '$inner']" "['su-l bob']"
chmod 666 $S/home/ada/finish
chmod 711 $S/home/ada
finish
check 'both end' eventually 'len(all)' 1

echo '# su, proven'
# su_in_one COMMAND: ada becomes bob in her connection, at a terminal of its own; $S/terminal has it.
su_in_one() {
  at_terminal $S/secrets/bob.password $S/secrets/bob.code \
    ssh -tt -F $S/ssh_config -S $S/mux.one -- ada@127.0.0.1 "su - bob -c '$1'"
}
another_code bob
check 'becoming bob takes his password' su_in_one 'id -un'
check 'once' equal "$(prompts)" 1
check 'which the SSH session does not keep: it is not what ada proved about herself' equal "$(held "$first")" \
  'ada:otp ada:publickey'
check 'a second time takes it again' su_in_one 'id -un'
check 'indeed' equal "$(prompts)" 1
asks_nothing_yet bob
check 'in it, bob is asked by sudo' su_in_one "$sudo_a id -un"
check 'for the code alone: the password was proven to his own session' equal "$(asked bob)" code
check 'bob himself' not su_in_one 'false'
another_code ada
asks_nothing_yet ada

echo '# killed'
running "$sudo_a sh -c 'read -r _ <$S/home/ada/finish'"
check 'sudo runs' eventually "len([s for s in all if s['service'] == 'sudo'])" 1
inner=$(session_of root sudo)
audit_mark
kill -KILL "$(session_field "$inner" leader)"
check 'the end of its process is its end' eventually "[s['id'] for s in all if s['id'] == '$inner']" '[]'
check 'and told as such' equal "$(session_field "$inner" how)" process
killed() { audited session-closed "session=$inner" 'reason=its process ended without closing it' >/dev/null; }
check 'in the log' wait_until $stage_patience killed
echo >$S/home/ada/finish &
wait "$background"

echo '# jobs and user managers'
audit_mark
check 'systemd-user opens no session of the register' \
  equal "$(python3 $tests_e2e/pam_program.py systemd-user ada open close)" 'open=0 close=0'
check 'but it was observed' audited request-observed service=systemd-user
check 'no session came of it' equal "$(sessions 'len(all)')" 1
# A user's manager, by its name, and what it starts.
cat >$S/home/ada/manager.py <<'EOF'
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(15, sys.argv[1].encode())  # PR_SET_NAME
sys.exit(subprocess.run(sys.argv[2:]).returncode)
EOF
another_code ada
asks_nothing_yet ada
check 'what a user manager starts' over one ada "python3 \$HOME/manager.py systemd sh -c '$sudo_a id -un'"
check 'stands in no session, and proves itself' equal "$(asked ada)" 'password code'
asks_nothing_yet ada
check 'a process of another name' over one ada "python3 \$HOME/manager.py 'a) S 1 (b' sh -c '$sudo_a id -un'"
check 'stands in the one it is in' equal "$(asked ada)" ''

echo '# namespaces'
another_code ada
asks_nothing_yet ada
check 'root of the session may make a process namespace' over one ada \
  "$sudo_a unshare -pf --mount-proc su ada -s /bin/sh -c '$sudo_a id -un'"
check 'and what is in there stands in the session of that su' equal "$(asked ada | wc -w)" 2
another_code ada
asks_nothing_yet ada
over one ada "unshare -Urpf sh -c '$sudo_a id -un'"
check 'who is root of a user namespace alone is not root here' not equal "$(tail -n 1 $S/said)" root

echo '# daemonised'
another_code ada
asks_nothing_yet ada
rm -f $S/home/ada/done
over one ada "setsid -f sh -c '$sudo_a id -un >\$HOME/printed 2>&1; echo \$? >\$HOME/done' </dev/null >/dev/null 2>&1"
check 'what was left behind by its parent finishes' wait_until $stage_patience test -s $S/home/ada/done
check 'and stood in none, or still in that of its parent' matches "$(asked ada)" '^(password code)?$'

echo '# login'
person carl
password_of carl 'correct horse of carl'
cat >$S/shell <<EOF
#!/bin/sh
echo "in as \$(id -un)"
python3 $tests_e2e/control.py /run/usher/control.sock WhoAmI >$S/home/carl/whoami
EOF
chmod 755 $S/shell
usermod --shell $S/shell carl
check 'a login at a terminal' at_terminal $S/secrets/carl.password $S/secrets/bob.code login -p carl
check 'is a session' matches "$(cat $S/home/carl/whoami)" '"user": "carl".*"service": "login".*"factors": \["password"\]'
check 'and no longer than it lasts' eventually "len([s for s in all if s['service'] == 'login'])" 0

echo '# the end of the connection'
disconnect one ada
check 'nobody is in' eventually 'len(all)' 0
check 'usherd ends in order' usherd_stop
check_done
