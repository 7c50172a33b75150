#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whoever follows the guides on a real machine, from the packages on: the blocks that are for one, on a
# Debian that is switched on, with its own systemd, sshd and sudo. $GUIDES are followed one after the
# other on one machine: "README.md", or those that build on each other.
source "$(dirname "$0")/../machine/machine.sh"
followed='docs/guides/five-minute-start.md docs/guides/ssh.md docs/guides/roll-out.md docs/guides/migrating.md docs/guides/keys-and-backups.md docs/guides/recovery.md'
export GUIDES=${GUIDES:-$followed}
# A page that is new must not be forgotten.
for page in "$stage_source"/{README.md,docs/*.md,docs/guides/*.md}; do
  page=${page#"$stage_source/"}
  [[ " README.md $followed " == *" $page "* ||
    -z $(python3 "$stage_source/tests/guides/blocks.py" list machine "$stage_source/$page") ]] ||
    stage_fatal "$page has blocks for a machine, and is not followed"
done
machine_apart "$@"

machine_on
# shellcheck disable=SC2086  # several words
machine_in ../guides/machine_follow.sh $GUIDES
machine_off
