#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The master key as a credential of systemd's, on a Debian that is switched on: encrypted by the machine's
# own key, then by a TPM (a simulated one), with another key put in force and a backup put back.
source "$(dirname "$0")/machine.sh"
machine_apart "$@"

machine_on
machine_in booted/credential.sh
machine_off
