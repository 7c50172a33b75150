#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The profile for authselect, which is not here: its files as authselect would write them, in the real libpam.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"
source "$stage_source/tests/packaging/lib.sh"
profile=$stage_source/packaging/authselect/usher

render() { python3 "$packaging_tests/authselect_render.py" "$@"; }
for file in system-auth password-auth fingerprint-auth smartcard-auth postlogin nsswitch.conf dconf-db dconf-locks README REQUIREMENTS; do
  check "there is $file" test -s "$profile/$file"
done
features() { grep -ohE '"with(out)?-[a-z]+"' "$profile"/* | tr -d '"' | sort -u; }
for feature in $(features); do
  check "the README tells of $feature" grep -qx "$feature::" "$profile/README"
done

# select FEATURE...
select_features() { for file in system-auth password-auth postlogin; do render "$profile/$file" "$@" >"/etc/pam.d/$file" || return; done; }
check 'without a feature' select_features
check 'Usher has no part in it' absent_from usher /etc/pam.d/system-auth /etc/pam.d/password-auth
check 'with all features' select_features $(features)
check 'nobody but Usher asks' equal "$(grep -E '^auth' /etc/pam.d/system-auth | grep -cE 'pam_(unix|sss|faillock|deny)')" 0
check 'with Usher' select_features with-usher without-nullok
check 'the stack is what it should be' as_expected authselect-system-auth < <(sed 's/  */ /g; /./!d' /etc/pam.d/system-auth)

person ada
printf 'ada:right\n' | chpasswd
printf 'auth include system-auth\naccount include system-auth\nsession include system-auth\n' >/etc/pam.d/stage
# Half of a stack's modules may be on Fedora alone.
have() { compgen -G "/usr/lib/*/security/$1" >/dev/null; }
for module in $(grep -ohE 'pam_[a-z_0-9]+\.so' /etc/pam.d/system-auth | sort -u); do
  have "$module" || { sed -i "/$module/d" /etc/pam.d/system-auth && echo "# without $module"; }
done
sed -i '/pam_faildelay/d' /etc/pam.d/system-auth
asked() { printf '%s\n' "$answer" | python3 "$stage_source/tests/e2e/pam_program.py" stage ada "$@"; }
usher_says() { printf '%s\n' "$@" >/etc/pam.d/usher; }
answer=wrong
usher_says 'auth [success=done default=die] pam_permit.so' 'account [success=done default=die] pam_permit.so' \
  'session [success=ok default=die] pam_permit.so'
check "Usher's yes is one" equal "$(asked authenticate account open)" 'authenticate=0 account=0 open=0'
answer=right
usher_says 'auth [success=done default=die] pam_deny.so' 'account [success=done default=die] pam_deny.so' \
  'session [success=ok default=die] pam_deny.so'
check "Usher's no is one" equal "$(asked authenticate)" 'authenticate=7'
check 'for accounts' equal "$(asked account)" 'account=7'
check 'for sessions' equal "$(asked open)" 'open=14'
usher_says 'account [success=done new_authtok_reqd=done default=die] pam_debug.so acct=new_authtok_reqd'
check 'that a password must change is handed on' equal "$(asked account)" 'account=12'
rm /etc/pam.d/usher
check 'without /etc/pam.d/usher nobody gets in' not equal "$(asked authenticate)" 'authenticate=0'
check_done
