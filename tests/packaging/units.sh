#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# systemd has nothing to say about the units, and little that usherd may do. They are looked at where they
# are installed, on a file system of this test's own.
source "$(dirname "$0")/lib.sh"
skip_without systemd-analyze unshare
[[ $(id -u) == 0 ]] || { echo 'SKIPPED: mounts over /usr for itself, and needs root for that'; exit 77; }
if [[ ${USHER_UNITS:-} != inside ]]; then
  USHER_UNITS=inside exec unshare --mount --propagation private bash "$(realpath "$0")"
fi
S=/run/usher-units
mount -t tmpfs units /run && mkdir $S || exit 2

DESTDIR=$S/tree cmake --install "$build" >$S/log || { cat $S/log && exit 2; }
units=$(cd $S/tree && find . -path '*systemd/system/ush*' | sed 's|^\.||' | LC_ALL=C sort)
for folder in usr lib etc; do
  [[ ! -d $S/tree/$folder ]] || mount -t overlay -o "lowerdir=$S/tree/$folder:$(realpath /$folder)" units "$(realpath /$folder)"
done

check 'there are all units' as_expected units < <(sed 's|.*/||' <<<"$units")
# A generator of the machine's may have something to say about other units.
verified() { systemd-analyze verify --man=no --recursive-errors=no "$@"; }
for unit in $units; do
  check "${unit##*/} is right" equal "$(verified "$unit" 2>&1)" ''
done

printf '[Service]\nExecStart=/nonexistent/program\n' >$S/usher-broken.service
check 'of a broken one it would say so' matches "$(verified $S/usher-broken.service 2>&1)" 'not executable'

# exposed UNIT LIMIT: ten times what `systemd-analyze security` says is at most LIMIT.
exposed() {
  systemd-analyze security --offline=true --no-pager --threshold="$2" "$1" >$S/exposure 2>&1 ||
    { tail -n 3 $S/exposure && return 1; }
}
folder=${units%%$'\n'*} folder=${folder%/*}
check 'usherd is exposed by 1.2 at most' exposed "$folder/usherd.service" 12
check 'usher-keeper by 2.0' exposed "$folder/usher-keeper.service" 20
check 'which could have failed' not exposed "$folder/usherd.service" 0
check_done
