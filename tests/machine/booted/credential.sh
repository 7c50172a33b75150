#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# In a machine of its own: the key of usherd is shown to it by systemd, and lies on the disk encrypted.
source "$(dirname "$0")/inside.sh"

people
sshd_as_a_unit
check 'the packages are installed' done_by dpkg --install $packages/*.deb
check 'store and key are made' done_by usherctl init
cat >/etc/usher/rules.d/50-ssh.toml <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
EOF
check 'the stacks are changed' done_by usherctl pam apply --service sshd --when-down none --rollback-after never
otp_period=15
otp_enrol ada
gets_in() { otp_code ada "$(otp_step)" && quiet over_ssh ada $S/secrets/ada.code; }
ada_gets_in() { wait_until $stage_patience gets_in; }
check 'ada gets in' ada_gets_in

sealed=/etc/credstore.encrypted/usher.key
shown=/run/credentials/usherd.service/master.key
in_memory=/run/usher-key
install -d -m 700 /etc/credstore.encrypted $in_memory
digits() { cut -d' ' -f2 "$1"; }

# There is room for three sessions in a TPM. The kernel's resource manager clears what is left of them, but it has no
# simulated TPM; a machine that is switched on anew has none.
tpm_rested() {
  [[ ! -S ${tpm#*=} ]] || { tpm_off && tpm_on; }
}
tpm=swtpm:path=$S/tpm/socket

# TPM2_Shutdown(CLEAR): a TPM that is only cut off takes that for an attack, and counts it.
tpm_off() {
  must python3 - "${tpm#*=}" <<'EOF'
import socket, sys
tpm = socket.socket(socket.AF_UNIX)
tpm.connect(sys.argv[1])
tpm.sendall(bytes.fromhex("8001 0000000c 00000145 0000"))
sys.exit(tpm.recv(10) != bytes.fromhex("8001 0000000a 00000000"))
EOF
  systemctl stop tpm.service
}

# seal FILE [OPTION...]: the credential is what FILE holds.
seal() {
  local file=$1
  shift
  rm -f $sealed
  tpm_rested
  systemd-creds encrypt --name=master.key "$@" "$file" $sealed
}
open_sealed() {
  rm -f $in_memory/master.key
  tpm_rested
  systemd-creds decrypt --name=master.key $sealed $in_memory/master.key && chmod 600 $in_memory/master.key
}
usherd_anew() { tpm_rested && systemctl restart usherd.service; }
in_force() { usherctl key status --json | sed -n 's/.*"in_force": "\(.*\)".*/\1/p'; }

# as_credential: what the guide has one do once the credential is there.
as_credential() {
  install -d /etc/systemd/system/usherd.service.d
  printf '[Service]\nLoadCredentialEncrypted=master.key:%s\n' $sealed >/etc/systemd/system/usherd.service.d/key.conf
  sed -i "s|^#* *master_key *=.*|master_key = \"$shown\"|" /etc/usher/usher.toml
  systemctl daemon-reload && usherd_anew
}

# rotated [OPTION...]: another key, as the guide has it.
rotated() {
  local before
  before=$(in_force)
  open_sealed && usherctl key new >>$in_memory/master.key && seal $in_memory/master.key "$@" &&
    usherd_anew || return 1
  said usherctl key rotate && grep -q 'take its line, the first, out of the credential' $S/said || return 1
  # usherd was started with two keys, and has met the change since.
  ada_gets_in || return 1
  sed -i 1d $in_memory/master.key && seal $in_memory/master.key "$@" && usherd_anew || return 1
  rm $in_memory/master.key
  [[ $(in_force) != "$before" ]]
}

# is_bound: the key is shown to usherd, and is on no disk.
is_bound() {
  local key
  key=$(digits $shown)
  [[ ${#key} == 64 ]] && absent_from "$key" -r /etc /var/lib/usher /var/log/usher /var/lib/systemd
}

echo "# by the machine's own key"
check 'it is encrypted' done_by seal /etc/usher/key/master.key --with-key=host
check 'usherd is shown it' as_credential
rm /etc/usher/key/master.key
check 'and serves' usherd_serves
check 'ada gets in' ada_gets_in
check 'usherctl finds it' done_by usherctl key status
check 'it is on no disk' is_bound
check 'the upgrade check finds it' done_by usherd --check-upgrade
check 'by itself usherctl puts no other in force' not said usherctl key rotate
check 'and says what to do' grep -q 'usherctl key new' $S/said
check 'another one is put in force' rotated --with-key=host
check 'which all is well with' done_by usherctl key status
check 'ada gets in' ada_gets_in
check 'the old one is on no disk, nor the new' is_bound

echo '# a backup'
printf 'a passphrase of several words\n' >$S/secrets/passphrase
backup() { usherctl "$@" --stdin <$S/secrets/passphrase; }
check 'has the key' done_by backup backup $S/usher.backup
check 'usherd is stopped' systemctl stop usherd.service usherd-{root,self,control}.socket
check 'it is put back only with the key, which nobody is shown now' not said backup restore $S/usher.backup
check 'as it says' grep -q -- '--master-key' $S/said
open_sealed
check 'with the key' done_by backup restore $S/usher.backup --master-key $in_memory/master.key
rm $in_memory/master.key
check 'usherd is started' systemctl start usherd-{root,self,control}.socket
# Those of before the restore don't count for some minutes.
check 'ada has another code' done_by usherctl otp remove --label default ada
otp_enrol ada
check 'ada gets in' ada_gets_in
check 'no key was put on the disk' is_bound

echo '# by a TPM'
skip_without swtpm
mkdir -m 700 $S/tpm $S/tpm/state
tpm_on() {
  rm -f $S/tpm/socket*
  systemd-run --quiet --collect --unit=tpm swtpm socket --tpm2 --tpmstate dir=$S/tpm/state \
    --ctrl type=unixio,path=$S/tpm/socket.ctrl --server type=unixio,path=$S/tpm/socket \
    --flags not-need-init,startup-clear
  wait_until $stage_patience test -S $S/tpm/socket || stage_fatal 'no TPM'
}
tpm_on
# systemd would use /dev/tpmrm0, if there were one.
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\nManagerEnvironment=SYSTEMD_TPM2_DEVICE=%s\n' $tpm >/etc/systemd/system.conf.d/tpm.conf
export SYSTEMD_TPM2_DEVICE=$tpm
must systemctl daemon-reexec
open_sealed
check 'it is encrypted' done_by seal $in_memory/master.key --with-key=tpm2 --tpm2-device=$tpm
rm $in_memory/master.key
check 'usherd is started anew' usherd_anew
check 'ada gets in' ada_gets_in
check 'it is on no disk' is_bound
check 'another one is put in force' rotated --with-key=tpm2 --tpm2-device=$tpm
check 'ada gets in' ada_gets_in
tpm_off
check 'without that TPM usherd does not start' not quiet systemctl restart usherd.service
mv $S/tpm/state $S/tpm/of-before
mkdir -m 700 $S/tpm/state
tpm_on
check 'nor by another one' not quiet systemctl restart usherd.service
tpm_off
mv $S/tpm/state $S/tpm/of-another && mv $S/tpm/of-before $S/tpm/state
tpm_on
check 'with it, it does' usherd_anew
check 'ada gets in' ada_gets_in
machine_done
