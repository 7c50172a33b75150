#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whatever becomes of usherd and the keeper, who has a right to get in does.
source "$(dirname "$0")/inside.sh"

# eve logs in again and again, until $S/enough is there; a line in $S/count.N for each time.
logs_in() {
  while [[ ! -e $S/enough ]]; do
    if STAGE_ANSWERS=$S/answers.$1 over_ssh eve; then
      echo in
    else
      echo refused
      cat "$S/answers.$1/prompts" "$S/answers.$1/printed" >>"$S/log/refused"
    fi >>"$S/count.$1"
  done
}
counted() { cat $S/count.* 2>/dev/null | grep -cx "$1"; }
many_more() { [[ $(counted in) -ge $1 ]]; }

echo '# restarted again and again under load'
old=$(unit usherd.service MainPID)
loops=()
for n in 1 2 3 4; do
  logs_in $n &
  loops+=($!)
done
for ((restart = 1; restart <= 8; ++restart)); do
  wait_until $stage_patience many_more $(($(counted in) + 6)) || stage_fatal 'nobody gets in any more'
  must systemctl restart usherd.service
done
wait_until $stage_patience many_more $(($(counted in) + 6))
: >$S/enough
wait "${loops[@]}"
[[ ! -e $S/log/refused ]] || journalctl --boot --no-pager --grep='pam_usher|PAM:' >>$S/log/refused
grep -E '"kind":"[a-z]*-denied"' $usher_audit | cut -c1-700 >>$S/log/refused
check "of $(($(counted in) + $(counted refused))) logins none was refused" equal "$(counted refused)" 0
check 'it is another usherd' not quiet equal "$(unit usherd.service MainPID)" "$old"
check 'no unit has failed' equal "$(systemctl --failed --plain --no-legend)" ''

# another UNIT PID: it runs again, and not as PID.
another() { wait_until $stage_patience is_another "$@"; }
is_another() { unit_is "$1" active && [[ $(unit "$1" MainPID) != "$2" && $(unit "$1" MainPID) != 0 ]]; }

# killed UNIT: $old is who it was.
killed() {
  old=$(unit "$1" MainPID)
  [[ $old != 0 ]] && kill -KILL "$old"
}

echo '# killed'
check 'usherd is killed' killed usherd.service
check 'the next one gets in' over_ssh eve
check 'systemd started it again' another usherd.service "$old"
check 'the keeper is killed' killed usher-keeper.service
check 'the next one gets in' over_ssh eve
check 'systemd started it again' another usher-keeper.service "$old"
for ((kill = 1; kill <= 10; ++kill)); do
  killed usherd.service && another usherd.service "$old" || stage_fatal 'systemd gave up'
done
check 'ten times more, and no start limit closes the sockets' in_with_fresh_code ada

echo '# it hangs'
check 'the watchdog is set' not equal "$(unit usherd.service WatchdogUSec)" 0
mkdir -p /run/systemd/system/usherd.service.d
# The time is the machine's to choose; the test has less.
printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/usherd.service.d/watchdog.conf
must systemctl daemon-reload
must systemctl restart usherd.service
old=$(unit usherd.service MainPID)
kill -STOP "$old"
check 'eve gets in all the same, as soon as another one runs' over_ssh eve
check 'systemd started it again' another usherd.service "$old"
rm -r /run/systemd/system/usherd.service.d
must systemctl daemon-reload
must systemctl restart usherd.service
check 'and ada' in_with_fresh_code ada
machine_done
