# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the scripts in this folder share, which booted.sh runs one after the other in one machine.
source "$(dirname "${BASH_SOURCE[0]}")/../machine.sh"
source "$machine_tests/people.sh"
machine_set

# unit UNIT PROPERTY: what systemd says of it.
unit() { systemctl show --value --property "$2" "$1"; }
# unit_is UNIT STATE: active, inactive ...
unit_is() { [[ $(unit "$1" ActiveState) == "$2" ]]; }

# in_with_fresh_code NAME: over SSH, with the password and a code that was never used.
in_with_fresh_code() { fresh_code "$1" && over_ssh "$1" "$S/secrets/$1.code"; }

# sshd_as_a_unit: the distribution's ssh.service, at the ports that ssh_login knows.
sshd_as_a_unit() {
  sshd_configure "$@"
  install -m 644 $S/sshd_config /etc/ssh/sshd_config.d/stage.conf
  must systemctl restart ssh.service
}
