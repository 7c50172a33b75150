#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# People move to Usher with the codes that they have: what the real google-authenticator and the real
# pam_oath have written is imported, and from then on sshd takes those codes by Usher, each once. What
# the other program has spent stays spent.
source "$(dirname "$0")/../e2e/all.sh"
skip_without google-authenticator sqlite3
stage_enter "$@"
for old in google_authenticator oath; do
  compgen -G "/usr/lib/*/security/pam_$old.so" >/dev/null || { echo "SKIPPED: no pam_$old.so"; exit 77; }
done

usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
EOF
pam_service sshd nodelay
usherd_start
sshd_start
for name in ada bob carl dora eve; do
  person $name
  password_of $name "correct horse of $name"
done

# What people had before: ada a code by time and dora one by counter, of google-authenticator; bob and
# carl the same of pam_oath. 60 seconds, the most that both know, so that no test has to hurry.
as() { setpriv --reuid="$1" --regid="$1" --clear-groups env HOME="$S/home/$1" PATH="$PATH" "${@:2}"; }
google() { as "$1" google-authenticator --force --no-confirm --quiet --qr-mode=NONE --no-rate-limit --window-size=17 "${@:2}" >/dev/null; }
google ada --time-based --disallow-reuse --step-size=60 --emergency-codes=5
google dora --counter-based --emergency-codes=0
for name in ada dora; do
  head -n 1 $S/home/$name/.google_authenticator >$S/secrets/$name.seed
done
hex_seed() { head -c 20 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
for name in bob carl; do hex_seed >$S/secrets/$name.hex; done
{
  printf '# user, PIN, secret\n'
  printf 'HOTP/T60/8 bob - %s\n' "$(cat $S/secrets/bob.hex)"
  printf 'HOTP/E/6 carl - %s\n' "$(cat $S/secrets/carl.hex)"
} >/etc/users.oath
chmod 600 /etc/users.oath
printf 'auth required pam_google_authenticator.so\n' >/etc/pam.d/old-google
printf 'auth required pam_oath.so usersfile=/etc/users.oath window=10\n' >/etc/pam.d/old-oath

# code NAME STEP: by ada's and bob's clocks, in $S/secrets/NAME.code. count NAME COUNTER: by the others'.
code() {
  case $1 in
  ada) oathtool --totp --base32 --time-step-size=60s --now="@$(($2 * 60))" "@$S/secrets/ada.seed" ;;
  bob) oathtool --totp --digits=8 --time-step-size=60s --now="@$(($2 * 60))" "@$S/secrets/bob.hex" ;;
  esac >"$S/secrets/$1.code"
}
count() {
  case $1 in
  dora) oathtool --hotp --base32 --counter="$2" "@$S/secrets/dora.seed" ;;
  carl) oathtool --hotp --counter="$2" "@$S/secrets/carl.hex" ;;
  esac >"$S/secrets/$1.code"
}
step() { echo $(($(date +%s) / 60)); }
# by_old SERVICE NAME: the code lets in by the other program.
by_old() {
  equal "$(python3 "$tests_e2e/pam_program.py" "$1" "$2" authenticate <"$S/secrets/$2.code")" 'authenticate=0'
}
in_as() { ssh_login "$1" $ssh_code "$S/secrets/$1.password" "$S/secrets/$1.code"; }

echo '# before'
first=$(step)
code ada "$first" && check 'google-authenticator takes a code' by_old old-google ada
check 'once' not by_old old-google ada
code bob "$first" && check 'pam_oath takes a code' by_old old-oath bob
count dora 1 && check 'google-authenticator takes a counted code' by_old old-google dora
count carl 0 && check 'pam_oath takes a counted code' by_old old-oath carl
code ada "$first" && check 'which is nobody yet to Usher' not in_as ada

echo '# a trial'
store_now() { sqlite3 $S/state/store.db .dump | sha256sum; }
files=("$S"/home/*/.google_authenticator /etc/users.oath)
before=$(store_now) lines=$(events)
check 'shows what would change' said usherctl import --dry-run "${files[@]}"
check 'that are four codes' grep -q '^4 codes would be taken over' $S/said
check 'and what is left behind' grep -q '5 scratch codes are not taken over' $S/said
check 'which changes nothing' equal "$(store_now) $(events)" "$before $lines"
check 'nobody but root may' not as eve usherctl import --dry-run /etc/users.oath

echo '# something is wrong'
cp /etc/users.oath $S/bad.oath
printf 'HOTP/T30 eve sesame %s\nHOTP nobody-here - %s\nHOTP eve - 00\n' "$(hex_seed)" "$(hex_seed)" >>$S/bad.oath
check 'then it is nothing at all' not said usherctl import "${files[@]/#\/etc\/users.oath/$S/bad.oath}"
check 'each with its line' grep -q 'bad.oath:4:14: there is a PIN' $S/said
check 'and reason' grep -q 'bad.oath:5:1: there is no account `nobody-here`' $S/said
check 'and reason' grep -q 'bad.oath:6:1: the secret has 8 bits' $S/said
install -o eve -m 600 /etc/users.oath $S/eves.oath
check 'nor is what somebody else may have written' not said usherctl import --skip-bad $S/eves.oath
check 'whose file it is' grep -q 'eves.oath:2:1: this is about `bob`, and the file is somebody else' $S/said
check 'unchanged' equal "$(store_now)" "$before"

echo '# for real'
audit_mark
check 'all are taken over' said usherctl import "${files[@]}"
check 'which is four codes' grep -q '^4 codes taken over' $S/said
for name in ada dora; do
  check "$name's is on record" audited credential-changed person=$name operation=otp.import label=google-authenticator
done
for name in bob carl; do
  check "$name's is on record" audited credential-changed person=$name operation=otp.import label=pam_oath
done
check 'usherd sees them' grep -q google-authenticator <(usherctl otp list ada)
check 'again is nothing' not said usherctl import "${files[@]}"
check 'since they are there' grep -q 'ada has this secret already' $S/said

echo '# codes by time'
for name in ada bob; do
  code $name "$first"
  check "what $name spent before is spent" not in_as $name
  check 'and said so in the log' matches "$(story_of login-denied reason)" 'otp: .*(used|steps)'
  now=$(($(step) + 1))
  code $name $now
  check "$name gets in by the next" in_as $name
  check 'by password and code' equal "$(story_of login-accepted held)" '["password", "otp"]'
  check 'once' not in_as $name
  check 'as used' matches "$(story_of login-denied reason)" 'otp: .*used'
done

echo '# codes by counter'
for name in dora carl; do
  # Each has used the code of one counter; dora's began at 1, carl's at 0.
  used=0
  [[ $name == carl ]] || used=1
  count $name $used
  check "what $name used before is spent" not in_as $name
  count $name $((used + 1))
  check "$name gets in by the next" in_as $name
  check 'once' not in_as $name
  count $name $((used + 3))
  check 'and by one further on' in_as $name
  count $name $((used + 2))
  check 'which leaves none before it' not in_as $name
done

echo '# secrets'
check 'none is told anywhere' not grep -rqFf <(cat $S/secrets/{ada,dora}.seed $S/secrets/*.hex) \
  $S/said $S/log /var/log/usher $S/state
check 'usherd ends in order' usherd_stop
check_done
