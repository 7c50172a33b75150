#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usherd is killed the moment a login succeeds; after a new start the same code is refused: what was
# answered had been written down. $ROUNDS times.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

rounds=${ROUNDS:-10}
usher_install <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm"]
require = ["otp"]
EOF
pam_service storm
for ((round = 1; round <= rounds; ++round)); do
  printf 'p%d:x:%d:100::/nonexistent:/usr/sbin/nologin\n' "$round" $((30000 + round))
done >>/etc/passwd

log_in() { "$stage_build/tests/login_storm" storm "$1" "$S/secrets/$1.code" 1; }

refused=0
for ((round = 1; round <= rounds; ++round)); do
  name=p$round
  usherd_start
  otp_enrol "$name"
  otp_code "$name" "$(otp_step)"
  first=$(log_in "$name")
  usherd_kill
  [[ $first == accepted=1\ * ]] || check "round $round: the code lets in" equal "$first" accepted=1
  usherd_start
  second=$(log_in "$name")
  usherd_kill
  if [[ $second == 'accepted=0 denied=1 unavailable=0 other=0' ]]; then
    refused=$((refused + 1))
  else
    check "round $round: the same code after kill -9" equal "$second" denied=1
  fi
done
check "refused after kill -9: $refused of $rounds" equal "$refused" "$rounds"
check_done
