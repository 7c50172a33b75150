# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything a test on the stage needs.
tests_e2e=$(dirname "${BASH_SOURCE[0]}")
source "$tests_e2e/check.sh"
source "$tests_e2e/stage.sh"
source "$tests_e2e/usher.sh"
source "$tests_e2e/activation.sh"
source "$tests_e2e/ssh.sh"
source "$tests_e2e/programs.sh"
source "$tests_e2e/connections.sh"
