#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# In the machine: follows the guides that are named, one after the other.
source "$(dirname "$0")/../machine/machine.sh"
machine_set
guides=$stage_source/tests/guides

# ada is whom the guides are about.
person ada sudo
printf 'the machine knows ada\n' >$S/secrets/ada.password
printf 'ada:the machine knows ada\n' | chpasswd
printf 'Defaults !lecture\n' >/etc/sudoers.d/stage

# In the folder with the packages; what is asked is answered as ada would.
follow() {
  (cd $packages && python3 "$guides/follow.py" machine "$stage_source/$1" --secrets $S/secrets) >$S/log/followed 2>&1
}
waits_for_nobody() { usherctl pam status --json | grep -q '"change": *null'; }
asks_usher() { grep -q '^[^#]*usher' /etc/pam.d/sshd /etc/pam.d/sudo; }

for guide in "$@"; do
  # What comes after it builds on it.
  follow "$guide" || stage_fatal "$guide: $(cat $S/log/followed)"
  check "$guide: each command does what it should" true
  case $guide in
  */five-minute-start.md)
    check 'sshd asks for a code' grep -q 'One-time code' $S/log/followed
    check 'each change was confirmed' waits_for_nobody
    check 'stacks ask Usher' asks_usher
    ;;
  */recovery.md) check 'at its end no stack asks Usher' not asks_usher ;;
  esac
done
machine_done
