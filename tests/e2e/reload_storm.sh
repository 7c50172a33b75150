#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# 200 real logins while the rules are reloaded 500 times, some of them with a mistake: each request is
# judged by one whole set of rules, whose version stands in its event, and a bad set changes nothing.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

logins=${LOGINS:-200}
reloads=${RELOADS:-500}
usher_install '[password]' 'memory = "19 MiB"' </dev/null
rm /etc/usher/rules.d/10-stage.toml
mkdir $S/sets
# Two sets of two rules each, of which the second decides, in another line and under another name.
set_of() {
  printf '%s[[rule]]\nname = "%s, not this"\nservice = ["login"]\ndeny = true\n\n' "$2" "$1"
  printf '[[rule]]\nname = "%s"\nservice = ["sshd"]\nrequire = ["password"]\n' "$1"
}
set_of 'first set' '' >$S/sets/first
set_of 'second set' $'# one\n# two\n# three\n' >$S/sets/second
set_of 'bad set' '' | sed 's/require/requires/' >$S/sets/bad
rules=/etc/usher/rules.d/50-storm.toml
install_set() { cp "$S/sets/$1" $rules.new && mv $rules.new $rules; }
install_set first
pam_service sshd
usherd_start
sshd_start
person ada
password_of ada 'correct horse battery staple'

# Reloads until there were enough of them and the logins are done.
reload_all() {
  local count=0 set
  while [[ $count -lt $reloads || ! -e $S/logins_done ]]; do
    for set in first second bad; do
      install_set $set
      if usherctl reload >$S/reloaded 2>&1; then
        [[ $set != bad ]] || echo 'a bad set was taken'
      elif [[ $? != 4 || $set != bad ]]; then
        echo "set $set: $(cat $S/reloaded)"
      fi
      count=$((count + 1))
    done
  done
  echo "$count" >$S/reload_count
}
reload_all >$S/log/reloads &
reloading=$!
accepted=0
for ((i = 0; i < logins; ++i)); do
  ! ssh_login ada $ssh_code $S/secrets/ada.password /dev/null || accepted=$((accepted + 1))
done
: >$S/logins_done
wait $reloading
check 'each login was let in' equal "$accepted" "$logins"
check "there were $reloads reloads" test "$(cat $S/reload_count)" -ge "$reloads"
check 'each good set was taken, no bad one' equal "$(cat $S/log/reloads)" ''
printf '%d logins, %d reloads\n' "$accepted" "$(cat $S/reload_count)"

# What the events say: a version goes with one rule at one line.
by_one_set() {
  python3 - $usher_audit "$logins" <<'EOF'
import json, sys
from collections import Counter
events = [json.loads(line) for line in open(sys.argv[1])]
judged = [event for event in events if "decision" in event]
sets = Counter((event["rules_version"], event["rule"], event["at"].split("/")[-1]) for event in judged)
loaded = {event["rules_version"] for event in events if event["kind"] == "rules-loaded"}
for each, count in sorted(sets.items()):
    print("        ", each, count)
good = (
    len(judged) >= 3 * int(sys.argv[2])
    and {(rule, at) for _, rule, at in sets}
    == {("first set", "50-storm.toml:6"), ("second set", "50-storm.toml:9")}
    and len(sets) == 2
    and {version for version, _, _ in sets} == loaded
)
sys.exit(not good)
EOF
}
check 'each request was judged by one whole set' by_one_set
check 'usherd ends in order' usherd_stop
check_done
