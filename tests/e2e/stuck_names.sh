#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A name service that hangs: whoever needs it is denied in bounded time, whoever doesn't gets in, and so
# does everybody once it answers again.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'TOML'
[[rule]]
name = "a directory's people"
service = ["directory"]
group = ["directory-people", "directory-admins"]
require = ["password"]

[[rule]]
name = "storm"
service = ["storm"]
require = ["password"]
TOML
pam_service storm
pam_service directory
person ada
# usherd alone meets the service: the rest of the stage does not find its library. Its group look-ups by
# number and for getgrouplist(3) are left out, as where `initgroups` names no directory.
install -m 644 "$stage_build/tests/libnss_stuck.so.2" $S/
sed -i -E 's/^(passwd|group):.*/\1: files stuck/' /etc/nsswitch.conf
export USHERD_ENV=LD_LIBRARY_PATH=$S
usherd_start
password_of ada 'a password of ada'

# log_in SERVICE NAME: true where ada's password lets NAME in.
log_in() { [[ $("$stage_build/tests/login_storm" "$1" "$2" $S/secrets/ada.password 1) == accepted=1* ]]; }
explains() { said usherctl explain "$1" --service "${2:-storm}"; }
says() { grep -q -- "$1" "$S/said" || { sed 's/^/        /' "$S/said"; return 1; }; }
late='did not answer within 5 s'
# in_time COMMAND...: how long it took is below a bound that a machine with much to do keeps, too.
in_time() {
  local before=$SECONDS
  "$@"
  local result=$?
  ((SECONDS - before < stage_patience)) && return $result
}

echo '# while it answers'
check 'ada is let in' log_in storm ada
check 'who is nobody is not' not log_in storm ghost

touch $S/stuck
echo '# while it hangs'
audit_mark
check 'who only it could know is denied' in_time not log_in storm ghost
check 'for that' audited login-denied user=ghost "reason=.*$late.*"
check 'again' not explains ghost
check 'for that, too' says "$late"
check 'ada, of /etc/passwd, is let in' log_in storm ada
audit_mark
check 'not where its groups decide' in_time not log_in directory ada
check 'since they are not known' audited login-denied user=ada 'reason=.*directory-.*'
check 'usherd still serves' usherd_serves

echo '# while it hangs for more names than there are threads'
asking=()
for ((i = 0; i < 16; ++i)); do
  quiet log_in storm "ghost$i" &
  asking+=($!)
done
wait "${asking[@]}"
check 'ada is denied' not explains ada
check 'for that' says 'too many look-ups'
check 'root is known' explains root

rm $S/stuck
echo '# when it answers again'
check 'ada is let in' wait_until $stage_patience log_in storm ada
ghost_is_nobody() {
  log_in storm ghost
  audit_find login-denied user=ghost 'reason=there is no such account'
}
audit_mark
check 'who is nobody is nobody again' wait_until $stage_patience ghost_is_nobody

touch $S/stuck
echo '# hanging when usherd stops'
check 'a look-up that hangs' not explains ghost
check 'does not keep it' usherd_stop
check_done
