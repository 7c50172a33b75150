#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A local user against the sockets: nothing that a uid other than 0 says makes anybody somebody
# else, keeps root out, or brings usherd down.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "a code is enough"
service = ["storm", "storm-root"]
require = ["otp"]
EOF
pam_service storm
pam_service storm-root socket=/run/usher/root.sock
usherd_start
person ada
person eve
otp_enrol ada
otp_code ada "$(otp_step)"

as_eve() { setpriv --reuid=eve --regid=eve --clear-groups "$@"; }
cp $S/secrets/ada.code /run/stage/stolen.code
chmod 644 /run/stage/stolen.code
storm="$stage_build/tests/login_storm"
# Where the build is in a folder that eve may not enter, she brings a copy.
cp "$storm" $S/storm && storm=$S/storm
cp "$module" $S/pam_usher.so && chmod 755 $S/pam_usher.so $S/storm
sed -i "s|$module|$S/pam_usher.so|" /etc/pam.d/storm /etc/pam.d/storm-root

echo '# the module in the hands of somebody else'
check "root's socket is root's" equal \
  "$(as_eve "$storm" storm-root ada $S/stolen.code 1)" 'accepted=0 denied=0 unavailable=1 other=0'
check 'with a valid code of somebody else' not quiet matches \
  "$(as_eve "$storm" storm ada $S/stolen.code 1)" accepted=1
check 'it is refused and written down' equal "$(event kind) $(event caller.uid)" "request-refused $(id -u eve)"
check 'nothing is spent' equal "$("$storm" storm ada $S/stolen.code 1)" \
  'accepted=1 denied=0 unavailable=0 other=0'

echo '# a client of their own'
cp "$stage_source/tests/e2e/hostile_client.py" $S/hostile_client.py
client() { as_eve python3 $S/hostile_client.py "$@"; }
check 'the control socket tells a stranger nothing' client control /run/usher/control.sock
check 'nonsense is hung up on' client nonsense /run/usher/self.sock
check 'sockets held open are bounded, and end' client hold /run/usher/self.sock
client fill /run/usher/self.sock $S/home/eve/full &
filler=$!
check 'the socket for everyone is full' wait_until $stage_patience test -e $S/home/eve/full
otp_enrol ada --label second
otp_code ada "$(otp_step)"
check 'root still gets in' equal "$("$storm" storm ada $S/secrets/ada.code 1)" \
  'accepted=1 denied=0 unavailable=0 other=0'
kill $filler
wait $filler 2>/dev/null
check 'usherd still serves' usherd_serves
check 'usherd ends in order' usherd_stop
check_done
