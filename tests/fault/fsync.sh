#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A disk that fails when the store asks it to keep something: denied, since the code might come back.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
EOF
pam_service storm
usherd_start
person ada
otp_enrol ada
otp_code ada "$(otp_step)"
log_in() { "$stage_build/tests/login_storm" storm ada $S/secrets/ada.code 1; }

strace -f -p "$usherd_pid" -o $S/log/strace -e trace=fsync,fdatasync \
  -e inject=fsync,fdatasync:error=EIO 2>$S/log/strace.err &
tracer=$!
traces() { grep -q attached $S/log/strace.err; }
check 'strace is attached' wait_until $stage_patience traces
check 'a failing fsync: denied' not quiet matches "$(log_in)" accepted=1
check 'it was a fsync that failed' grep -q 'EIO.*INJECTED' $S/log/strace
check 'and the log says why' matches "$(event kind) $(event reason)" '^login-denied .*(commit|disk|I/O)'
kill $tracer
wait $tracer
check 'usherd still serves' usherd_serves
otp_enrol ada --label second
otp_code ada "$(otp_step)"
check 'with the disk well again people get in' equal "$(log_in)" 'accepted=1 denied=0 unavailable=0 other=0'
check 'usherd ends in order' usherd_stop
check_done
