#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The profile of pam-auth-update: what the real one makes of it, what that does in the real libpam, and that
# it leaves nothing behind. Not what `usherctl pam` does with it, which switches it on.
source "$(dirname "$0")/../e2e/all.sh"
skip_without pam-auth-update
stage_enter "$@"
source "$stage_source/tests/packaging/lib.sh"

# What pam-auth-update knows of this machine stays as it is.
for folder in usr/share/pam-configs var/lib/pam var/cache/debconf; do
  mkdir -p "$S/over/$folder" "$S/work/$folder"
  must mount -t overlay -o "lowerdir=/$folder,upperdir=$S/over/$folder,workdir=$S/work/$folder" stage "/$folder"
done
export DEBIAN_FRONTEND=noninteractive
commons=(auth account session session-noninteractive)

# Debian's own profile, and no other package's.
find /usr/share/pam-configs -type f -not -name unix -delete
cp "$stage_source/packaging/pam-configs/usher" /usr/share/pam-configs/
rm -f /var/lib/pam/*
check 'stacks are as after an installation' said pam-auth-update --force --package
stacks() { for common in "${commons[@]}"; do grep -v '^#' "/etc/pam.d/common-$common" | sed "/./!d; s/^/$common: /; s/[[:space:]]\+/ /g; s/ $//"; done; }
update() { said pam-auth-update "$@"; }
stacks >$S/before
check 'a profile that is there changes nothing' absent_from usher /etc/pam.d/common-*
cp -r /etc/pam.d $S/pam.d

check 'it is switched on' update --enable usher
check 'and all stacks ask Usher first' as_expected common-stacks < <(stacks)

# asked STEP...: what a program is told that goes by these stacks, with somebody who types $answer.
printf '@include common-%s\n' auth account session >/etc/pam.d/stage
person ada
printf 'ada:right\n' | chpasswd
asked() { printf '%s\n' "$answer" | python3 "$stage_source/tests/e2e/pam_program.py" stage ada "$@"; }
usher_says() { printf '%s\n' "$@" >/etc/pam.d/usher; }
answer=right

usher_says 'auth [success=done default=die] pam_permit.so' 'account [success=done default=die] pam_permit.so' \
  'session [success=ok default=die] pam_permit.so'
answer=wrong
check "Usher's yes is one, and nobody else asks" equal "$(asked authenticate account open)" 'authenticate=0 account=0 open=0'
usher_says 'auth [success=done default=die] pam_deny.so' 'account [success=done default=die] pam_deny.so' \
  'session [success=ok default=die] pam_deny.so'
answer=right
check "Usher's no is one, whatever the password" equal "$(asked authenticate)" 'authenticate=7'
check 'for accounts too' equal "$(asked account)" 'account=7'
check 'and sessions' equal "$(asked open)" 'open=14'
usher_says 'account [success=done new_authtok_reqd=done default=die] pam_debug.so acct=new_authtok_reqd'
check 'that a password must change is handed on' equal "$(asked account)" 'account=12'
rm /etc/pam.d/usher
# Nor would it where /usr/lib/pam.d has one: Debian 12's libpam looks there for services alone.
check 'without /etc/pam.d/usher nobody gets in: that is why usherctl alone switches it on' \
  equal "$(asked authenticate)" 'authenticate=6'

as_before() { equal "$(stacks)" "$(cat $S/before)"; }
check 'it is switched off' update --disable usher
check 'and all is as before' as_before
check 'on again' update --enable usher
check 'and off as its package does' update --package --remove usher
check 'all is as before' as_before

echo '# where somebody edited common-auth'
sed -i '/^auth.*pam_unix/i auth required pam_faildelay.so delay=1000' /etc/pam.d/common-auth
stacks >$S/edited
as_edited() { equal "$(stacks)" "$(cat $S/edited)"; }
check 'it says that it is switched on' update --enable usher
check 'and has left all alone' as_edited
check 'nor does the removal of the package change it' update --package --remove usher
check 'at all' as_edited
check_done
