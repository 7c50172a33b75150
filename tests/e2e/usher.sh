# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# usherd, its rules and its people on the stage. Needs stage.sh.

usher_config=/etc/usher/usher.toml
usher_audit=/var/log/usher/audit.jsonl
keeper_client=$S/keeper_client.py
keeper_pid=

# usher_install [SETTING...]: what a package would do: the user, the folders, the configuration with
# the given settings, store and key. Rules come from standard input.
usher_install() {
  useradd --system --no-create-home --shell /usr/sbin/nologin usher
  useradd --system --no-create-home --shell /usr/sbin/nologin usher-keeper
  mkdir -p /etc/usher/rules.d
  install -d -o usher -g usher -m 755 /run/usher /run/usher-keeper
  install -d -o usher -g usher -m 700 /var/log/usher $S/state $S/key
  {
    printf '%s\n' "$@"
    cat <<EOF
[state]
store = "$S/state/store.db"
master_key = "$S/key/master.key"
[rules]
directories = ["/etc/usher/rules.d"]
EOF
  } >$usher_config
  cat >/etc/usher/rules.d/10-stage.toml
  # A copy, where the sources are in a folder that user usher may not enter.
  install -m 755 "$stage_source/tests/e2e/keeper_client.py" "$keeper_client"
  usherctl init >$S/log/init 2>&1 || stage_fatal "usherctl init: $(cat $S/log/init)"
}

# usherd as its unit runs it: its own user, no capability, no way to gain one.
usherd_run() {
  exec setpriv --reuid=usher --regid=usher --clear-groups --bounding-set=-all --inh-caps=-all \
    --no-new-privs -- env -i PATH=/usr/bin:/bin ${USHERD_ENV:-} "$usherd" --config $usher_config
}

# keeper_start: usher-keeper as its unit starts it: by root, whom it stops being. Once it runs, it stays
# until keeper_stop, whatever becomes of usherd.
keeper_start() {
  rm -f /run/usher-keeper/keeper.sock
  env -i PATH=/usr/bin:/bin ${USHERD_ENV:-} "$usher_keeper" --config $usher_config \
    >>$S/log/keeper 2>&1 </dev/null &
  keeper_pid=$!
  wait_until $stage_patience keeper_serves ||
    stage_fatal "usher-keeper does not start: $(tail -n 20 $S/log/keeper)"
}

keeper_serves() { keeper_ask state nobody >/dev/null 2>&1; }

# keeper_ask verify NAME PASSWORD | state NAME: what it answers user usher, in words.
keeper_ask() {
  setpriv --reuid=usher --regid=usher --clear-groups \
    python3 "$keeper_client" /run/usher-keeper/keeper.sock "$@"
}

# keeper_stop: the orderly end; its exit status.
keeper_stop() {
  local pid=$keeper_pid
  keeper_pid=
  kill -TERM "$pid"
  wait "$pid"
}

usherd_start() {
  [[ -n $keeper_pid ]] || keeper_start
  rm -f /run/usher/{root,self,control}.sock
  usherd_run >>$S/log/usherd 2>&1 </dev/null &
  usherd_pid=$!
  wait_until $stage_patience usherd_serves ||
    stage_fatal "usherd does not start: $(tail -n 20 $S/log/usherd)"
}

usherd_serves() { usherctl status >/dev/null 2>&1; }

# usherd_stop: the orderly end; usherd's exit status, which a sanitizer's finding makes non-zero.
usherd_stop() {
  kill -TERM "$usherd_pid"
  wait "$usherd_pid"
}

usherd_kill() {
  kill -KILL "$usherd_pid"
  wait "$usherd_pid" 2>/dev/null
  true
}

# password_of NAME PASSWORD: root sets it; it stays in $S/secrets/NAME.password for ssh_login.
password_of() {
  printf '%s\n' "$2" >"$S/secrets/$1.password"
  cat "$S/secrets/$1.password" "$S/secrets/$1.password" |
    usherctl password set --stdin "$1" >$S/password 2>&1 ||
    stage_fatal "usherctl password set $1: $(cat $S/password)"
}

# The stage's authenticators: seeds in $S/secrets/NAME.seed, one period for all. Eight digits, so that
# a log which happens to hold six of them in a row does not look like one that tells a code; and a
# period so long that a code is good for the whole of a test, however slow the machine.
otp_period=600
otp_digits=8
otp_step() { printf '%d' $(($(date +%s) / otp_period)); }

# otp_code NAME STEP: the code of a time step, in $S/secrets/NAME.code.
otp_code() {
  oathtool --base32 --totp --digits="$otp_digits" --time-step-size="${otp_period}s" \
    --now="@$(($2 * otp_period))" "@$S/secrets/$1.seed" >"$S/secrets/$1.code"
}

# otp_enrol NAME [OPTION...]: root adds a code, confirmed with the one that was shown a step ago, so
# that the present one is still good for a login. Where the next step begins meanwhile, that one has
# become too old, and what was the present one is the answer to the second question.
otp_enrol() {
  local name=$1 line seed='' step
  shift
  local -a period=()
  # usherd's own default is left to usherd.
  [[ $otp_period == 30 ]] || period=(--period "$otp_period")
  coproc enrolment {
    usherctl otp add --stdin --plain --digits "$otp_digits" "${period[@]}" "$@" "$name" 2>&1
  }
  # shellcheck disable=SC2154  # coproc makes enrolment_PID
  local job=$enrolment_PID from=${enrolment[0]} to=${enrolment[1]}
  exec {from}<&"$from" {to}>&"$to"
  : >$S/log/enrol
  while [[ -z $seed ]] && IFS= read -r -t $stage_patience -u "$from" line; do
    printf '%s\n' "$line" >>$S/log/enrol
    [[ ! $line =~ secret=([A-Z2-7]+) ]] || seed=${BASH_REMATCH[1]}
  done
  [[ -n $seed ]] || stage_fatal "usherctl otp add shows no secret: $(cat $S/log/enrol)"
  printf '%s\n' "$seed" >"$S/secrets/$name.seed"
  step=$(otp_step)
  {
    otp_code "$name" $((step - 1)) && cat "$S/secrets/$name.code"
    otp_code "$name" "$step" && cat "$S/secrets/$name.code"
  } >$S/secrets/confirmation
  cat $S/secrets/confirmation >&"$to"
  exec {to}>&-
  cat <&"$from" >>$S/log/enrol
  exec {from}<&-
  wait "$job" || stage_fatal "usherctl otp add: $(cat $S/log/enrol)"
  rm -f $S/log/enrol
}

# event PATH [BACK]: a field of the newest line of the audit log, or of the one BACK lines before. A
# session that is closed is not counted: sshd says so when the client has gone already.
event() {
  python3 - "$usher_audit" "$1" "${2:-0}" <<'EOF'
import json, sys
file, path, back = sys.argv[1], sys.argv[2], int(sys.argv[3])
lines = open(file, encoding="utf-8").read().splitlines()
value = json.loads([line for line in lines if '"kind":"session-closed"' not in line][-1 - back])
for name in path.split("."):
    value = value.get(name, "") if isinstance(value, dict) else ""
print(json.dumps(value) if isinstance(value, (dict, list)) else value)
EOF
}
# Before usherd's first start there is no log.
events() { if [[ -e $usher_audit ]]; then wc -l <$usher_audit; else echo 0; fi; }

# The story of one login: what the audit log says from story_begins on.
story_begins() { story_at=$(events); }

# story: its kinds, in order; without session-closed, as above.
story() {
  tail -n +$((story_at + 1)) $usher_audit | sed -n 's/.*"kind":"\([a-z-]*\)".*/\1/p' |
    grep -vx session-closed | paste -sd ' '
}

# story_of KIND PATH: a field of its last event of this kind.
story_of() {
  tail -n +$((story_at + 1)) $usher_audit | python3 -c '
import json, sys
value = [line for line in map(json.loads, sys.stdin) if line["kind"] == sys.argv[1]] or [{}]
value = value[-1]
for name in sys.argv[2].split("."):
    value = value.get(name, "") if isinstance(value, dict) else ""
print(json.dumps(value) if isinstance(value, (dict, list)) else value)' "$1" "$2"
}

# audit_mark: audited and unaudited look at what is written from here on.
audit_mark() { audit_from=$(events); }

# audited KIND [FIELD=REGEX...]: one event is of this kind, and each of its fields matches as a whole.
audited() { audit_find "$@" || { printf '        no event: %s\n' "$*"; return 1; }; }
unaudited() { ! audit_find "$@"; }
audit_find() {
  python3 - "$usher_audit" "${audit_from:-0}" "$@" <<'EOF'
import json, re, sys
file, first, kind, *wanted = sys.argv[1:]

def value(event, path):
    for name in path.split("."):
        event = event.get(name, "") if isinstance(event, dict) else ""
    return json.dumps(event) if isinstance(event, (dict, list)) else str(event)

def fits(event):
    return event["kind"] == kind and all(
        re.fullmatch(regex, value(event, path)) for path, regex in (w.split("=", 1) for w in wanted))

with open(file, encoding="utf-8") as lines:
    sys.exit(not any(fits(json.loads(line)) for line in lines.readlines()[int(first):]))
EOF
}
