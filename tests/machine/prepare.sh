#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes what every test in this folder starts from: the packages of what was built, and the root in which
# they are installed. The root is made once and kept for as long as what is in it stays the same.
source "$(dirname "$0")/machine.sh"
machine_prepare
printf 'packages: %s\n' "$(cd "$machine_packages" && echo *.deb)"
printf 'root:     %s\n' "$(machine_root)"
