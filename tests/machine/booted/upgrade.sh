#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The packages are upgraded while somebody is being asked: they answer, and get in.
source "$(dirname "$0")/inside.sh"

fresh_code ada
stacks >$S/before
old=$(unit usherd.service MainPID)
check 'ada is being asked' somebody_is_asked ada
check 'the new version is installed' done_by dpkg --install $packages/newer/*.deb
check 'and is the new one' matches "$(dpkg-query -W -f='${Version} ' usher libpam-usher)" '(.*\+newer ){2}'
check 'usherd is another one' not quiet equal "$(unit usherd.service MainPID)" "$old"
check 'ada gets in' they_answer
check 'no stack has changed' stacks_are $S/before
check 'no unit has failed' equal "$(systemctl --failed --plain --no-legend)" ''
check 'who comes now gets in' in_with_fresh_code ada
machine_done
