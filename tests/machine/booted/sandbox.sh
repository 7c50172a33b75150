#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# How much of the machine usherd could reach if somebody took it over. systemd counts: 0 nothing, 10 all.
source "$(dirname "$0")/inside.sh"

# exposed UNIT TENTHS: no more than that.
exposed() { said systemd-analyze --no-pager security --threshold="$2" "$1" || { tail -n 1 $S/said; return 1; }; }

check 'usherd: at most 1.2' exposed usherd.service 12
check 'usher-keeper: at most 2.5' exposed usher-keeper.service 25
pid=$(unit usherd.service MainPID)
check 'usherd is nobody but user usher' equal "$(stat -c %U "/proc/$pid")" usher
check 'without a capability' equal "$(sed -n 's/^Cap\(Prm\|Eff\|Bnd\|Amb\):\t//p' "/proc/$pid/status" | sort -u)" 0000000000000000
check 'with a filter of system calls' equal "$(sed -n 's/^Seccomp:\t//p' "/proc/$pid/status")" 2
check 'in a network of its own, with nothing in it but lo' \
  equal "$(nsenter --net="/proc/$pid/ns/net" ip -o link | cut -d: -f2 | tr -d ' ')" lo
machine_done
