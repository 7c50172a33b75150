#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `usherctl pam` with the distribution's own stacks: what it shows, what it refuses, what it puts in
# place, and that it puts everything back.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "the days before"
service = ["sshd", "sudo", "sudo-i", "su", "login", "cron"]
require = ["password|publickey", "otp"]
EOF
syslog_start
usherd_start
sshd_start
for name in ada bob; do
  person $name
  password_of $name "correct horse of $name"
  otp_enrol $name
  printf '%s:%s\n' $name "the machine knows $name" | chpasswd
done
printf 'the machine knows ada\n' >$S/secrets/machine
right=$S/secrets/ada.password
code=$S/secrets/ada.code
rm -rf /etc/sudoers.d
printf '%s\n' 'Defaults !lecture, passwd_tries=1' "ada ALL=(ALL) ALL, NOPASSWD: $usherctl" >/etc/sudoers
chmod 440 /etc/sudoers

# The stacks as the distribution has them, to compare with.
cp -a /etc/pam.d $S/pam.d
as_before() { diff -r /etc/pam.d $S/pam.d >$S/difference || { sed 's/^/        /' $S/difference; return 1; }; }
pam() { said usherctl pam "$@"; }
apply() { pam apply --module "$module" --as ada --rollback-after never "$@"; }
waits() { usherctl pam status --json | grep -q '"in_place": true'; }
shows() { grep -qF -- "$1" $S/said || { sed 's/^/        /' $S/said; return 1; }; }

echo '# a plan changes nothing'
check 'a plan is made' pam plan --service sshd,sudo --when-down group:root
check 'of the file that all ask' shows '+++ /etc/pam.d/usher'
check 'of a line that goes' shows '-@include common-auth'
check 'and the one that comes' shows '+auth       substack   usher'
check 'whose logins change' shows 'Changes: the logins of sshd and sudo.'
check 'who gets in meanwhile' shows 'members of root'
check 'for programs, too' quiet bash -c "usherctl pam plan --json --service sudo --observe | python3 -m json.tool"
check 'and nothing is different' as_before
check 'nobody else may make a change' not as ada "$usherctl" pam apply --service sudo --observe
check 'a plan may be made by anybody' quiet as ada "$usherctl" pam plan --service sudo --observe

echo '# what is refused'
check 'without saying who gets in while usherd is gone' not pam plan --service sudo
check 'which it asks for' shows '--when-down'
check 'a service that is not there' not pam plan --service nosuch --observe
check 'by its name' shows '/etc/pam.d/nosuch'
check 'lines that are another service'"'"'s' not pam plan --service su-l --observe
check 'which is named' shows 'those of su'
check 'contradictions' not pam plan --service sudo --observe --when-down none
check 'a group with a blank in it' not pam plan --service sudo --when-down 'group:a b'
check 'a rollback that nobody would do' not pam apply --service sudo --observe --as ada
check 'since there is no systemd' shows 'without systemd'
check 'somebody who does not exist' not apply --service sudo --observe --as nosuch
sed -i 's/^@include common-auth/auth sufficient pam_exec.so quiet \/bin\/true\n&/' /etc/pam.d/sudo
check 'a way around Usher' not apply --service sudo --when-down none
check 'which login showed it' shows 'Usher says no, wrong password'
check 'and what stood in for a module' shows 'pam_exec.so (sudo:'
cp -a $S/pam.d/sudo /etc/pam.d/sudo
printf 'session required pam_env.so user_readenv=1\n' | cat - $S/pam.d/sshd >/etc/pam.d/sshd
sed -i 's/^@include common-session$/session substack usher\n&/' /etc/pam.d/sshd
check "a key's word from the person's own file" not pam plan --service sshd --observe
check 'where it stands' shows 'stands behind pam_env'
cp -a $S/pam.d/sshd /etc/pam.d/sshd
ln -sfn ../sudo.elsewhere /etc/pam.d/sudo
cp -a $S/pam.d/sudo /etc/sudo.elsewhere
check 'a link of somebody else'"'"'s' not apply --service sudo --observe
check 'who is told' shows 'sudo.elsewhere'
rm /etc/pam.d/sudo
cp -a $S/pam.d/sudo /etc/pam.d/sudo
sed -i 's/pam_unix.so/pam_nosuch.so/' /etc/pam.d/common-account
check 'a stack that lets nobody in' not apply --service sudo --when-down none
check 'with what libpam says of it' shows 'pam_nosuch.so'
cp -a $S/pam.d/common-account /etc/pam.d/common-account
check 'all of which changed nothing' as_before
usherd_stop
check 'a usherd that is not there' not apply --service sudo --observe
usherd_start
check 'nothing waits' not waits

echo '# observing'
check 'sshd and sudo' apply --service sshd,sudo --observe
check 'what to do next' shows 'usherctl pam confirm'
check 'a change waits' waits
check 'a second does not' not apply --service su --observe
check 'the password of the machine lets in' ssh_login ada $ssh_code $S/secrets/machine /dev/null
check 'what usherd would have said' audited login-denied service=sshd person=ada phase=authenticate
check 'a shell from before confirms nothing' not pam confirm
check 'and is told so' shows 'does not come from a login'
confirms_anyhow() {
  STAGE_COMMAND="sudo -n $usherctl pam confirm" ssh_login ada $ssh_code $S/secrets/machine /dev/null
}
check 'a login that usherd would have denied, and that these stacks let in, does' confirms_anyhow
check 'the old stacks come back' pam rollback
check 'all of them' as_before
check 'once' not pam rollback

echo '# in earnest'
check 'with a way in' apply --service sshd,sudo,su,login,cron --when-down group:root
check 'status shows it' pam status
check 'with the services' grep -qE '^sshd +usher +usher +usher' $S/said
check 'su-l has its lines from su' grep -qE '^su-l +usher +usher +usher' $S/said
check 'what they are' grep -qE '^chsh +- +- +-' $S/said
check 'and who gets in' shows 'While usherd is gone: group:root'
fresh_code ada
check 'password and code let in' ssh_login ada $ssh_code $right $code
check 'both were asked for' audited login-accepted service=sshd person=ada 'held=.*password.*otp.*'
check 'the password of the machine does not' not ssh_login ada $ssh_code $S/secrets/machine $code
fresh_code ada
answers "$right" "$code" >$S/lines
by_sudo() { as ada sudo -k -S bash -c "\"$usherctl\" pam confirm" <$S/lines; }
check 'sudo in a shell from before does not confirm sshd' not said by_sudo
check 'though it asked' audited login-accepted service=sudo person=ada
check 'what is missing is said' shows 'does not come from a login'
# confirms FILE PORT [SSH-OPTION...]: from a new login over SSH.
confirms() {
  fresh_code ada
  STAGE_COMMAND="sudo -n $usherctl pam confirm" ssh_login ada "$2" "$1" $code "${@:3}"
}
check 'a new login over SSH does' confirms $right $ssh_code
cp $S/printed $S/said
check 'which is said' shows 'Confirmed by a login through sshd'
check 'nothing waits any more' not waits
usherd_stop
check 'without usherd: nobody' not ssh_login bob $ssh_code $S/secrets/bob.password $S/secrets/bob.code
check 'rollback needs no usherd' pam rollback
check 'and goes behind what was confirmed' as_before
usherd_start

echo '# by a key'
key_of ada
check 'sshd again' apply --service sshd,sudo --when-down none
check 'a key is enough to confirm' confirms $right $ssh_key_code -i $S/secrets/key_ada
check 'once more' pam rollback
check 'sudo alone' apply --service sudo --when-down none
fresh_code ada
answers "$right" "$code" >$S/lines
check 'is confirmed through sudo, which was asked' said by_sudo
check 'of course' shows 'Confirmed by a login through sudo'
printf '# by hand\n' >>/etc/pam.d/sudo
check 'what somebody changed since is not put back over' not pam rollback
check 'who' shows 'changed by others'
check 'but taken out' pam remove
check 'and stays otherwise' grep -q '^# by hand$' /etc/pam.d/sudo
cp -a $S/pam.d/sudo /etc/pam.d/sudo
check 'which leaves nothing to put back' not pam rollback
check 'and all as it was' as_before

echo '# taken out'
check 'again' apply --service sshd,sudo --when-down none
check 'removing takes a waiting change back' pam remove
check 'wholly' as_before
install -m 644 "$stage_source/conf/pam/sudo" /etc/pam.d/sudo
sed "s|pam_usher.so server_uid=USHER|$module|" "$stage_source/conf/pam/when-down/none" >/etc/pam.d/usher
printf 'session optional pam_motd.so\n' >>/etc/pam.d/sshd
check 'stacks of conf/pam, too' pam remove
check 'nothing asks Usher' not grep -rq usher /etc/pam.d
check 'somebody is asked' grep -q '^@include common-auth' /etc/pam.d/sudo
check 'what else was changed stays' grep -q '^session optional pam_motd.so$' /etc/pam.d/sshd
check 'sudo asks as before' as ada sudo -S true < <(cat $S/secrets/machine)
printf 'auth required pam_usher.so\n' >>/etc/pam.d/su
check "somebody's own line stays" not pam remove
check 'and is named' shows 'su:'
cp -a $S/pam.d/. /etc/pam.d/
rm -f /etc/pam.d/usher

echo '# a full disk'
mount -t tmpfs -o size=300k,mode=755 stage /var/lib/usher-pam
head -c 400k /dev/zero >/var/lib/usher-pam/full 2>/dev/null
check 'no room to write down what is done' not apply --service sshd,sudo --when-down none
check 'so nothing is done' as_before
umount /var/lib/usher-pam

check_done
