#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usherd is stopped, or there and silent: each program denies, in time, and lets in those whom the
# choice `when-down` names, with their password of /etc/shadow, and nobody else.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "everybody"
require = ["password", "otp"]
EOF
services=(sshd sudo sudo-i su su-l login cron atd systemd-user polkit-1 chsh chfn passwd)
usherd_start
sshd_start
syslog_start
# ada is named where a group is; eve is not. Both have a password in /etc/shadow, and another with Usher.
person ada rescue
person eve
for name in ada eve; do
  printf 'shadow of %s\n' $name >$S/secrets/$name.shadow
  printf '%s:%s\n' $name "shadow of $name" | chpasswd
  password_of $name "correct horse of $name"
  otp_enrol $name
  otp_code $name "$(otp_step)"
  key_of $name
done
printf 'not the password\n' >$S/secrets/wrong.password
code=$S/secrets/ada.code # nobody asks for it
printf '#!/bin/sh\necho "in as $(id -un)"\n' >$S/shell
chmod 755 $S/shell
sed -i -E '/^(LOGIN_RETRIES|LOGIN_TIMEOUT)/d' /etc/login.defs
printf 'LOGIN_RETRIES 1\nLOGIN_TIMEOUT %s\n' $stage_patience >>/etc/login.defs
rm -rf /etc/sudoers.d
printf '%s\n' 'Defaults !lecture, passwd_tries=1' 'ada ALL=(ALL) ALL, NOPASSWD: /usr/bin/true' \
  'eve ALL=(ALL) ALL, NOPASSWD: /usr/bin/true' >/etc/sudoers
chmod 440 /etc/sudoers

# Each is 0 if NAME, whose password is in FILE, gets in.
over_ssh() { ssh_login "$1" $ssh_code "$2" $code; }
by_sudo() { at_terminal "$2" $code as "$1" sudo -k id -un && saw root; }
by_sudo_unasked() { said as "$1" sudo -n true; }
by_su() { at_terminal "$2" $code as eve su -c 'id -un' "$1" && saw "$1"; }
by_chfn() { at_terminal "$2" $code as "$1" chfn -w $RANDOM; }
by_login() { usermod --shell $S/shell "$1"; at_terminal "$2" $code login -p "$1" && saw "in as $1"; local in=$?; usermod --shell /bin/bash "$1"; return $in; }
# program NAME FILE SERVICE TTY STEP...: as a program that calls libpam so.
program() {
  local name=$1 password=$2 service=$3 tty=$4
  shift 4
  python3 "$tests_e2e/pam_program.py" "$service" "$name" tty="$tty" "$@" <"$password" >$S/steps
  [[ $(cat $S/steps) == "$(printf '%s=0 ' "$@" | sed 's/ $//')" ]]
}
a_job() { program "$1" /dev/null "$2" "$2" account open close; }
at_console() { program "$1" "$2" login "$3" authenticate account open close; }

# refused COMMAND...: and long before anybody's patience ends, the module's second being over.
refused() {
  local began=$SECONDS
  ! quiet "$@" && ((SECONDS - began < stage_patience / 2))
}
# told SERVICE: pam_usher says in the log of logins (facility authpriv, 10) why.
told() { grep -q "^<8[0-7]>.*pam_usher($1:.*no answer in time from usherd" $S/log/syslog; }

nobody_gets_in() {
  local name
  for name in "$@"; do
    check "$name: ssh" refused over_ssh $name $S/secrets/$name.shadow
    check "$name: ssh with a key alone" refused ssh_login $name $ssh_any /dev/null /dev/null -i $S/secrets/key_$name
    check "$name: sudo" refused by_sudo $name $S/secrets/$name.shadow
    check "$name: sudo, NOPASSWD" refused by_sudo_unasked $name
    check "$name: su" refused by_su $name $S/secrets/$name.shadow
    check "$name: chfn" refused by_chfn $name $S/secrets/$name.shadow
    check "$name: login" refused by_login $name $S/secrets/$name.shadow
    check "$name: polkit" refused program $name $S/secrets/$name.shadow polkit-1 '' authenticate account
    check "$name: cron" refused a_job $name cron
    check "$name: at" refused a_job $name atd
    check "$name: systemd-user" refused a_job $name systemd-user
  done
}

echo '# when-down = none'
pam_stacks none "${services[@]}"
check 'with usherd, Usher decides' over_ssh ada $S/secrets/ada.password
check 'usherd ends in order' usherd_stop
pam_options='timeout=1 nodelay'
pam_stacks none "${services[@]}"
nobody_gets_in ada eve
for service in sshd sudo su chfn login polkit-1 cron atd systemd-user; do
  check "the log of logins says why: $service" told $service
done

echo '# when-down = group:rescue'
pam_stacks group:rescue "${services[@]}"
: >$S/log/syslog
check 'ssh' over_ssh ada $S/secrets/ada.shadow
check 'sudo' by_sudo ada $S/secrets/ada.shadow
check 'sudo, NOPASSWD' by_sudo_unasked ada
check 'su' by_su ada $S/secrets/ada.shadow
check 'chfn' by_chfn ada $S/secrets/ada.shadow
check 'login' by_login ada $S/secrets/ada.shadow
check 'polkit' program ada $S/secrets/ada.shadow polkit-1 '' authenticate account
check 'cron' a_job ada cron
check 'at' a_job ada atd
check 'systemd-user' a_job ada systemd-user
check 'the log says so' told sshd
check 'and why ada is let in' grep -q 'pam_succeed_if.*ingroup rescue.*was met by user "ada"' $S/log/syslog
check 'ada with a wrong password: ssh' refused over_ssh ada $S/secrets/wrong.password
check 'ada with a wrong password: sudo' refused by_sudo ada $S/secrets/wrong.password
check 'ada with the password of Usher: ssh' refused over_ssh ada $S/secrets/ada.password
check 'ada with a key alone: ssh' refused ssh_login ada $ssh_any /dev/null /dev/null -i $S/secrets/key_ada
check 'eve: ssh' refused over_ssh eve $S/secrets/eve.shadow
check 'eve is asked like everybody' grep -q 'assword' $S/transcript
check 'eve: ssh with a key alone' refused ssh_login eve $ssh_any /dev/null /dev/null -i $S/secrets/key_eve
check 'eve: sudo' refused by_sudo eve $S/secrets/eve.shadow
check 'eve: sudo, NOPASSWD' refused by_sudo_unasked eve
check 'eve: su' refused by_su eve $S/secrets/eve.shadow
check 'eve: login' refused by_login eve $S/secrets/eve.shadow
check 'eve: cron' refused a_job eve cron

echo '# a password of /etc/shadow that is too old'
chage --lastday 0 ada
program ada $S/secrets/ada.shadow login tty1 authenticate account
check 'has to be changed first (PAM_NEW_AUTHTOK_REQD)' equal "$(cat $S/steps)" 'authenticate=0 account=12'
chage --lastday -1 ada

echo '# when-down = console'
pam_stacks console "${services[@]}"
check 'eve at the console' at_console eve $S/secrets/eve.shadow /dev/tty1
check 'as login spells it' at_console eve $S/secrets/eve.shadow tty1
check 'not with a wrong password' refused at_console eve $S/secrets/wrong.password tty1
check 'not at another terminal' refused at_console eve $S/secrets/eve.shadow /dev/pts/1
check 'nor at one that is called nearly so' refused at_console eve $S/secrets/eve.shadow tty11
check 'nor through sudo, which names what its caller chose' \
  refused program eve $S/secrets/eve.shadow sudo /dev/tty1 authenticate
check 'nor at none' refused at_console eve $S/secrets/eve.shadow ''
nobody_gets_in eve

echo '# usherd is there, and silent'
pam_stacks group:rescue "${services[@]}"
usherd_start
kill -STOP $usherd_pid
: >$S/log/syslog
check 'ada: ssh' over_ssh ada $S/secrets/ada.shadow
check 'ada: sudo' by_sudo ada $S/secrets/ada.shadow
check 'ada with a key alone: ssh' refused ssh_login ada $ssh_any /dev/null /dev/null -i $S/secrets/key_ada
check 'eve: ssh' refused over_ssh eve $S/secrets/eve.shadow
check 'eve: sudo' refused by_sudo eve $S/secrets/eve.shadow
check 'eve: cron' refused a_job eve cron
check 'the log says so' told sshd
kill -CONT $usherd_pid
check 'and back' wait_until $stage_patience usherd_serves
check 'ada needs the code again' refused over_ssh ada $S/secrets/ada.shadow
check 'usherd ends in order' usherd_stop
check_done
