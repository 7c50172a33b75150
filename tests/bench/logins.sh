#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What a login costs: Usher's beside those of the modules that people have today, all through one driver, on one disk,
# in one run; and what none of Usher's can be faster than.
#
#   USHER_BENCH_DISK=FOLDER   on the disk whose commits are waited for
#   USHER_BENCH_PASSES=N      how often all is measured, of which the middle counts; 3 without it
source "$(dirname "$0")/../e2e/all.sh"
disk=${USHER_BENCH_DISK:?the folder on whose disk stores and secrets are}
export USHER_BENCH_DISK
stage_enter "$@"

passes=${USHER_BENCH_PASSES:-3}
many=64
bench=$stage_build/tests/login_bench
floor=$stage_build/tests/floor_bench
results=$S/results

must mkdir -p "$disk/state" "$disk/audit" "$disk/secrets" "$disk/floor" $S/state /var/log/usher $S/secrets/lines
must mount --bind "$disk/state" $S/state
must mount --bind "$disk/audit" /var/log/usher
secrets=$disk/secrets
must chmod 700 "$secrets"

usher_install <<'EOF'
[[rule]]
name = "a code"
service = ["bench-code"]
require = ["otp"]
[[rule]]
name = "a password"
service = ["bench-password"]
require = ["password"]
[[rule]]
name = "both"
service = ["bench-both"]
require = ["password", "otp"]
EOF
for service in bench-code bench-password bench-both; do pam_service $service; done
usherd_start

stack() { printf 'auth required %s\n' "${@:2}" >"/etc/pam.d/$1"; }
google="pam_google_authenticator.so user=root secret=$secrets/\${USER}"
stack bench-permit pam_permit.so
stack bench-unix pam_unix.so
stack bench-oath "pam_oath.so usersfile=$secrets/users.oath window=20"
stack bench-google "$google"
stack bench-two pam_unix.so "$google"

password='correct horse battery staple'
echo '# people' >&2
# One set of people for a code alone, and one for both, since a code that counts is spent for all.
for ((i = 1; i <= many; ++i)); do
  for set in p q; do
    name=$set$i
    useradd --no-create-home "$name"
    printf '%s:%s\n' "$name" "$password" | chpasswd --crypt-method YESCRYPT
    seed=$(od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n')
    printf 'HOTP/E/6 %s - %s\n' "$name" "$seed" >>"$secrets/users.oath"
    printf '%s\n" HOTP_COUNTER 1\n" WINDOW_SIZE 17\n' "$(printf '%s' "${seed^^}" | basenc --base16 -d | base32)" >"$secrets/$name"
    chmod 600 "$secrets/$name"
    codes=200
    ((i > 1)) || codes=1600
    oathtool --hotp --counter=0 --window=$codes "$seed" >$S/secrets/lines/$name.code
    # That module counts from one.
    tail -n +2 $S/secrets/lines/$name.code >$S/secrets/lines/$name.google
    printf '%s\n' "$password" >$S/secrets/lines/$name.password
    for kind in code google; do
      sed "s/^/$password\t/" $S/secrets/lines/$name.$kind >$S/secrets/lines/$name.password-$kind
    done
    ((i > 1)) && [[ $set == q ]] || password_of $name "$password"
  done
done
for ((i = 2; i <= many; ++i)); do password_of q$i "$password"; done
chmod 600 "$secrets/users.oath"
must usherctl import --format users.oath "$secrets/users.oath" >$S/log/import

# What is measured, by whom, with which answers, and how often by one, by 8 and by 64 at once.
stacks=(
  'permit p password 600 960 1280'
  'unix p password 60 96 128'
  'oath p code 300 480 640'
  'google p google 300 480 640'
  'two q password-google 60 96 128'
  'code p code 300 480 640'
  'password p password 60 96 128'
  'both q password-code 60 96 128'
)
# Each stack has answers of its own: what the codes of one are worth, another one does not know.
for line in "${stacks[@]}"; do
  read -r name set kind _ <<<"$line"
  mkdir $S/secrets/$name
  for ((i = 1; i <= many; ++i)); do cp $S/secrets/lines/$set$i.$kind $S/secrets/$name/$set$i; done
done

# measure NAME SET PROCESSES LOGINS
measure() {
  local -a people=()
  local i
  for ((i = 1; i <= $3; ++i)); do people+=("$2$i=$S/secrets/$1/$2$i"); done
  printf '%s %s %s\n' "$1" "$3" "$("$bench" logins "bench-$1" "$3" "$4" "${people[@]}")" >>$results ||
    stage_fatal "bench-$1"
}

# usherd's own, where nothing is set: passes and KiB.
cost=(2 65536)
for ((pass = 1; pass <= passes; ++pass)); do
  printf '# pass %d of %d\n' $pass $passes >&2
  {
    printf 'floor exchanges %s\n' "$("$floor" exchanges)"
    printf 'floor commit %s\n' "$(rm -f "$disk"/floor/* && "$floor" commit "$disk/floor")"
    printf 'floor hash1 %s\n' "$("$floor" hash "${cost[@]}" 1 3)"
    printf 'floor hashes %s\n' "$("$floor" hash "${cost[@]}" "$(nproc)" 3)"
  } >>$results
  for line in "${stacks[@]}"; do
    read -r name set _ one eight all <<<"$line"
    measure "$name" "$set" 1 "$one"
    measure "$name" "$set" 8 "$eight"
    measure "$name" "$set" 64 "$all"
  done
done
security=$(dirname "$(find /usr/lib /lib -name pam_unix.so -print -quit)")
for loaded in pam_permit pam_unix pam_oath pam_google_authenticator; do
  printf 'load %s %s\n' $loaded "$("$bench" load "$security/$loaded.so")" >>$results
done
printf 'load pam_usher %s\n' "$("$bench" load "$module")" >>$results
printf 'daemon usherd pss_kib=%s\n' "$(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' /proc/$usherd_pid/smaps_rollup)" >>$results
python3 "$stage_source/tests/bench/logins_table.py" $results
