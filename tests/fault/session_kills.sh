#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usherd is killed again and again while people log in and out: at the end the register is what is open.
#
#   USHER_KILLS=N   how often; 100 without it
#   USHER_LOGINS=N  how many get in; 500 without it
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"
kills=${USHER_KILLS:-100}
logins=${USHER_LOGINS:-500}
stay=20

usher_install '[password]' 'memory = "19 MiB"' <<'EOF'
[[rule]]
name = "storm"
service = ["storm"]
require = ["password"]
EOF
pam_service storm
usherd_start
person ada
password_of ada 'correct horse of ada'
mkdir -m 700 $S/storm

"$stage_build/tests/session_storm" storm ada $S/secrets/ada.password "$logins" "$stay" $S/storm &
storm=$!
# Who was let in, whatever became of them.
let_in() { grep -c -v refused $S/storm/told 2>/dev/null; }
let_in_by() { [[ $(let_in) -ge $1 || -e $S/storm/all-in ]]; }
killed=0
while [[ $killed -lt $kills ]]; do
  # Each life is as long as it takes to let in a few, none perhaps, and a moment of something else.
  wait_until $stage_patience let_in_by $(($(let_in) + RANDOM % (2 * logins / kills + 1)))
  sleep "0.0$((RANDOM % 9 + 1))"
  usherd_kill
  usherd_start
  killed=$((killed + 1))
done
echo "        killed $killed times; let in by then: $(let_in), refused: $(grep -c refused $S/storm/told)"
check 'everybody gets in in the end' wait_until 600 test -e $S/storm/all-in

# What the processes say beside what the register says.
compare() {
  control Sessions >$S/open
  control History "{\"since\": 0, \"count\": 10000}" >$S/history
  python3 - $S/storm/told $S/open $S/history <<'EOF'
import collections, json, sys

told = [line.split() for line in open(sys.argv[1], encoding="ascii")]
open_now = json.load(open(sys.argv[2], encoding="utf-8"))["sessions"]
history = json.load(open(sys.argv[3], encoding="utf-8"))["sessions"]
mistakes = []

stays = sorted(int(pid) for pid, what in told if what == "stays")
leaders = sorted(session["leader"] for session in open_now)
if stays != leaders:
    mistakes.append(f"open are {leaders}, and there are {stays}")
rows = collections.Counter(session["leader"] for session in history)
for pid, what in told:
    count = rows[int(pid)]
    if what != "refused" and count != 1:
        mistakes.append(f"{pid} {what} has {count} sessions")
    if what == "refused" and count > 1:
        mistakes.append(f"{pid}, who was refused, has {count} sessions")
if len({session["id"] for session in history}) != len(history):
    mistakes.append("an id stands twice")
for session in history:
    if session["leader"] not in leaders and not session["ended"]:
        mistakes.append(f"{session['leader']} is over and has no end")
print(*mistakes[:20], sep="\n")
print(len(history), "sessions;", collections.Counter(s["how"] or "open" for s in history), file=sys.stderr)
sys.exit(bool(mistakes))
EOF
}
# The last to go may not have been noticed yet.
agrees() { compare >$S/said 2>&1; }
check 'the register is what is open: nothing twice, nothing lost' wait_until $stage_patience agrees
sed 's/^/        /' $S/said
check 'a killed usherd left none of its logins in the register' usherd_kill
usherd_start
check 'which a new start changes nothing of' agrees
touch $S/storm/leave
wait "$storm"
nobody() { [[ $(sessions 'len(all)') == 0 ]]; }
check 'all leave' wait_until $stage_patience nobody
check 'usherd ends in order' usherd_stop
check_done
