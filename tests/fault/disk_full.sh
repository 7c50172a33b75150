#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A success that can't be written down is a denial: the store's disk full, the audit log's disk full. When there is room again, logins go on without a new start.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

mkdir -p $S/state /var/log/usher
mount -t tmpfs -o size=2m,mode=700 stage $S/state
mount -t tmpfs -o size=1m,mode=700 stage /var/log/usher
usher_install <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
EOF
pam_service storm
usherd_start
person ada

# The codes of three steps are good at a time, and what is denied spends none: one is enough.
otp_enrol ada
otp_code ada "$(otp_step)"
log_in() { "$stage_build/tests/login_storm" storm ada $S/secrets/ada.code 1; }
accepted='accepted=1 denied=0 unavailable=0 other=0'

head -c 8M /dev/zero >$S/state/filler 2>/dev/null
check 'a full disk under the store: denied' not quiet equal "$(log_in)" "$accepted"
check 'usherd still serves' usherd_serves
rm $S/state/filler

check 'with room again the same code is good' equal "$(log_in)" "$accepted"
check 'once' not quiet equal "$(log_in)" "$accepted"

otp_code ada $(($(otp_step) + 1))
head -c 8M /dev/zero >/var/log/usher/filler 2>/dev/null
# The page that the log ends in has room left: refusals use it up.
mv $S/secrets/ada.code $S/secrets/right
tr 0-9 1-90 <$S/secrets/right >$S/secrets/ada.code
for ((i = 0; i < 20; ++i)); do quiet log_in; done
mv $S/secrets/right $S/secrets/ada.code
check 'a full disk under the audit log: denied' not quiet equal "$(log_in)" "$accepted"
rm /var/log/usher/filler
check 'what the disk cut off costs one line' python3 -c '
import json, sys
torn = 0
for line in open(sys.argv[1], encoding="utf-8"):
    try: json.loads(line)
    except ValueError: torn += 1
sys.exit(torn > 1)' $usher_audit
otp_enrol ada --label second
otp_code ada "$(otp_step)"
check 'with room again people get in' equal "$(log_in)" "$accepted"
check 'and the log goes on' equal "$(event kind)" login-accepted
check 'usherd ends in order' usherd_stop
check_done
