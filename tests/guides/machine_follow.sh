#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# In the machine: follows the guides that are named.
source "$(dirname "$0")/../machine/machine.sh"
machine_set
S_guides=$stage_source/tests/guides

# Whom the guides are about, and who was there before.
person ada sudo
printf 'the machine knows ada\n' >$S/secrets/ada.password
printf 'ada:the machine knows ada\n' | chpasswd
printf 'Defaults !lecture\n' >/etc/sudoers.d/stage
must systemctl restart ssh.service

for guide in "$@"; do
  # In the folder with the packages; what is asked is answered as ada would.
  follow() {
    (cd $packages && python3 "$S_guides/follow.py" machine "$stage_source/$guide" --secrets $S/secrets) >$S/log/followed 2>&1
  }
  printf '# %s\n' "$guide"
  check 'each command does what it should' follow || true
  [[ $check_failures == 0 ]] || { cat $S/log/followed && machine_done; }
  case $guide in
  *five-minute-start.md)
    check 'sshd asks for a code' grep -q 'One-time code' $S/log/followed
    check 'both changes were confirmed' equal "$(grep -c '^--- .*' $S/log/followed)" "$(python3 "$S_guides/blocks.py" list machine "$stage_source/$guide" | wc -l)"
    check 'nothing waits to be confirmed' equal "$(usherctl pam status --json | grep -c '"change": *null')" 1
    ;;
  *recovery.md)
    check 'at its end no stack asks Usher' not grep -rq '^[^#]*usher' /etc/pam.d --include=sshd --include=sudo
    ;;
  esac
done
machine_done
