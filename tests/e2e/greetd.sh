#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# greetd, a login manager that tells its greeter of which kind each message of PAM is: what asks is
# secret, and what is said to somebody who is refused asks for nothing.
source "$(dirname "$0")/../e2e/all.sh"
source "$(dirname "$0")/../e2e/desktop.sh"
skip_without greetd python3
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "bea is on leave"
service = ["greetd"]
user = ["bea"]
deny = "You are on leave."

[[rule]]
name = "at the screen"
service = ["greetd"]
from = ["local"]
require = ["password", "otp"]
EOF
pam_service greetd
printf '%s required pam_permit.so\n' auth account session >/etc/pam.d/greetd-greeter
usherd_start
syslog_start
enrolled ada
person bea
person greeter

# attempt NAME FILE...: a line for greeter.py; an answer is a file's first line.
attempt() {
  python3 - "$@" <<'EOF'
import json, sys
print(json.dumps([sys.argv[1]] + [open(name).readline().rstrip("\n") for name in sys.argv[2:]]))
EOF
}
{
  attempt ada $S/secrets/ada.password $S/secrets/ada.wrong
  attempt bea
  attempt ada $S/secrets/ada.password $S/secrets/ada.first
} >$S/secrets/attempts
install -m 400 -o greeter $S/secrets/attempts $S/home/greeter/attempts
cp "$stage_source/tests/e2e/greeter.py" $S/greeter.py
# greetd starts its greeter anew after each session: once is enough.
cat >$S/greeter <<EOF
#!/bin/sh
[ ! -e $S/home/greeter/said ] || exec sleep infinity
exec python3 $S/greeter.py $S/session <$S/home/greeter/attempts >$S/home/greeter/said 2>&1
EOF
printf '#!/bin/sh\nid -un >%s/in\n' $S/home/ada >$S/session
chmod 755 $S/greeter $S/session
cat >$S/greetd.toml <<EOF
[terminal]
vt = "none"
[default_session]
command = "$S/greeter"
user = "greeter"
EOF

greetd --config $S/greetd.toml >$S/log/greetd 2>&1 </dev/null &
greetd=$!
check 'the right person gets in, as who they are' \
  wait_until $stage_patience quiet grep -qx ada $S/home/ada/in
kill $greetd
cp $S/home/greeter/said $S/log/said

cat >$S/expected <<'EOF'
["auth_message", "secret", "Password: "]
["auth_message", "secret", "One-time code: "]
["error", "auth_error"]
["auth_message", "error", "You are on leave."]
["error", "auth_error"]
["auth_message", "secret", "Password: "]
["auth_message", "secret", "One-time code: "]
["success"]
["success"]
EOF
check 'each message is of its kind' same_file $S/expected $S/log/said
kinds() { python3 -c '
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    if event.get("service") == "greetd" and event["kind"] != "session-closed":
        print(event["kind"], event["person"], event["rule"])' $usher_audit; }
# greetd answers when the program is started, not when it has ended.
has_opened() { kinds | grep -q '^session-opened'; }
wait_until $stage_patience has_opened
check 'the log tells the same' equal "$(kinds)" 'login-denied ada at the screen
login-denied bea bea is on leave
login-accepted ada at the screen
account-accepted ada at the screen
session-opened ada at the screen'
check 'usherd ends in order' usherd_stop
no_secret_in "$usher_audit" "$S"/log/*
check_done
