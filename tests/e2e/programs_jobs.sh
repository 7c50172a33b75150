#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Where nobody is there to be asked: the distribution's cron and atd, and what systemd asks for a
# person's service manager, with the shipped stacks.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "no jobs of eve"
service = ["cron", "atd", "systemd-user"]
user = ["eve"]
deny = true
[[rule]]
name = "jobs"
service = ["cron", "atd", "systemd-user"]
require = ["password"]
EOF
pam_stacks none cron atd systemd-user
usherd_start
for name in ada eve; do person $name; done

# No spool but the stage's own, and no job of the host's.
mkdir -p /var/spool/cron
must mount -t tmpfs -o mode=755 stage /var/spool/cron
install -d -m 1730 -g crontab /var/spool/cron/crontabs
install -d -m 1770 -o daemon -g daemon /var/spool/cron/atjobs /var/spool/cron/atspool
install -m 600 -o daemon -g daemon /dev/null /var/spool/cron/atjobs/.SEQ
rm -rf /etc/at.allow /etc/crontab /etc/cron.d /etc/anacrontab
mkdir /etc/cron.d
mkdir -m 1777 $S/done

echo '# cron'
# @reboot: cron runs these when it starts, so that nobody waits for a minute to be over.
printf "@reboot %s id -un >$S/done/cron.%s\n" ada ada eve eve >/etc/cron.d/stage
cron -f >$S/log/cron 2>&1 &
cron_pid=$!
check 'the job runs' wait_until $stage_patience test -s $S/done/cron.ada
check 'as ada' equal "$(cat $S/done/cron.ada)" ada
check 'the account phase is passed, and says why' audited account-accepted service=cron person=ada rule=jobs \
  caller.uid=0 tty=cron "reason=authentication was the calling program's own"
check 'the session begins' audited session-opened service=cron user=ada
eve_is_denied() { audit_find account-denied service="$1" person=eve 'rule=no jobs of eve'; }
check 'a rule that denies is asked' wait_until $stage_patience eve_is_denied cron
check 'the session of the job ends' wait_until $stage_patience audit_find session-closed service=cron user=ada
check 'and stops the job' test ! -e $S/done/cron.eve
check 'no session was opened for it' unaudited session-opened user=eve
kill $cron_pid
wait $cron_pid 2>/dev/null

echo '# at'
atd -f >$S/log/atd 2>&1 &
atd_pid=$!
check 'atd is there' wait_until $stage_patience test -s /run/atd.pid
check 'ada has a command for later' said as ada at now <<<"id -un >$S/done/at.ada"
check 'it runs' wait_until $stage_patience test -s $S/done/at.ada
check 'as ada' equal "$(cat $S/done/at.ada)" ada
check 'the account phase is passed, and says why' audited account-accepted service=atd person=ada rule=jobs \
  caller.uid=0 "reason=authentication was the calling program's own"
check 'eve has one too' said as eve at now <<<"id -un >$S/done/at.eve"
check 'a rule that denies is asked' wait_until $stage_patience eve_is_denied atd
check 'and stops the command' test ! -e $S/done/at.eve
kill $atd_pid
wait $atd_pid 2>/dev/null

echo '# systemd-user'
# As systemd calls PAM for user@UID.service (exec_child): no authentication, no terminal.
manager() { python3 "$tests_e2e/pam_program.py" systemd-user "$1" account setcred open close; }
audit_mark
check 'the manager of ada starts' equal "$(manager ada)" 'account=0 open=0 close=0'
check 'and is recorded' audited session-opened service=systemd-user user=ada
check 'that of eve does not' equal "$(manager eve)" 'account=6'
check 'and why' eve_is_denied systemd-user
check 'usherd ends in order' usherd_stop
check_done
