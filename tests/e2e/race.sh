#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# 200 processes give the same valid code at the same moment: one gets in. $ROUNDS times, each with
# another person.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

rounds=${ROUNDS:-50}
processes=200
usher_install '[login]' 'root_dialogues = 400' <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
EOF
pam_service storm
usherd_start

# Accounts straight in the files: useradd takes a tenth of a second.
for ((round = 1; round <= rounds; ++round)); do
  printf 'racer%d:x:%d:100::/nonexistent:/usr/sbin/nologin\n' "$round" $((30000 + round))
done >>/etc/passwd

# one_gets_in PERSON: and everybody else is told no, rather than turned away unheard.
one_gets_in() {
  local tally
  tally=$("$stage_build/tests/login_storm" storm "$1" "$S/secrets/$1.code" $processes)
  equal "$tally" "accepted=1 denied=$((processes - 1)) unavailable=0 other=0"
}

began=$SECONDS
for ((round = 1; round <= rounds; ++round)); do
  otp_enrol "racer$round"
  otp_code "racer$round" "$(otp_step)"
  check "round $round: one of $processes" one_gets_in "racer$round"
done
check 'as many successes in the audit log' \
  equal "$(grep -c '"kind":"login-accepted"' $usher_audit)" "$rounds"
printf '%d rounds of %d processes in %d s\n' "$rounds" $processes $((SECONDS - began))
check 'usherd ends in order' usherd_stop
check_done
