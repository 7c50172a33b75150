# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The stages that tiers are made of: each is timed, counted and goes on to the next when it fails.
# Needs ui.sh, build.sh, $root and $logs.

tier_passed=0
tier_failed=0
tier_skipped=0
tier_lines=()

# tier_stage NAME PROVES COMMAND...: COMMAND is a function; a failure counts as one.
tier_stage() {
  local name=$1 proves=$2 began=$SECONDS
  shift 2
  heading "$name: $proves"
  if "$@"; then
    tier_lines+=("$(printf '%-24s ok      %5d s' "$name" $((SECONDS - began)))")
  else
    tier_lines+=("$(printf '%-24s FAILED  %5d s' "$name" $((SECONDS - began)))")
    return 1
  fi
}

# The same, for a stage that is no ctest run and so counts as one check.
tier_check() {
  if tier_stage "$@"; then
    tier_passed=$((tier_passed + 1))
  else
    tier_failed=$((tier_failed + 1))
  fi
}

# A number from the head of ctest's JUnit report: tests, failures, skipped.
tier_count() { grep -oE "[[:space:]]$2=\"[0-9]+\"" "$1" | head -n 1 | tr -dc 0-9; }

# Of ctest's log, what the failed tests said, and the summary.
tier_failures() {
  awk '/^ *[0-9]+\/[0-9]+ Test/ { show = /\*\*\*/ && !/\*\*\*Skipped/ }
       /tests passed,/ { show = 1 }
       /^ +Start +[0-9]+:/ { next }
       show' "$1" | tail -n 300
}

# tier_ctest PRESET CTEST-ARGUMENT...: builds nothing; counts each test.
tier_ctest() {
  local preset=$1 report=$logs/ctest-$1.xml log=$logs/ctest-$1.log status total failed skipped
  shift
  local -a calm=()
  local at_once
  at_once=$(nproc)
  # ThreadSanitizer has no room for its shadow where addresses are spread too far.
  [[ $preset != tsan ]] || ! setarch --addr-no-randomize true 2>/dev/null ||
    calm=(setarch --addr-no-randomize)
  rm -f "$report"
  # As shipped, tests wait more than they work; a sanitizer makes them work.
  [[ $preset != release ]] || at_once=$((at_once + 1))
  work_shows=tier_failures work "testing $preset" "$log" "${calm[@]}" ctest --test-dir "$root/build/$preset" \
    --parallel "$at_once" --output-on-failure --no-tests=error --output-junit "$report" "$@"
  status=$?
  [[ $status != 0 ]] || sed -n '/tests passed,/,$p' "$log" | sed 's/^/     /'
  total=$(tier_count "$report" tests 2>/dev/null)
  failed=$(tier_count "$report" failures 2>/dev/null)
  skipped=$(tier_count "$report" skipped 2>/dev/null)
  if [[ -z $total ]]; then
    tier_failed=$((tier_failed + 1))
    return 1
  fi
  tier_passed=$((tier_passed + total - failed - skipped))
  tier_failed=$((tier_failed + failed))
  tier_skipped=$((tier_skipped + skipped))
  # A run that broke off without a failed test has failed all the same.
  [[ $status == 0 || $failed != 0 ]] || tier_failed=$((tier_failed + 1))
  return "$status"
}

tier_build_and_test() {
  local preset=$1
  if ! build_preset "$preset"; then
    tier_failed=$((tier_failed + 1))
    return 1
  fi
  tier_ctest "$@"
}

# tier_end: the times, and the one line that others count on. Its status is the tier's.
tier_end() {
  heading "Stages, $SECONDS s in all"
  local line
  for line in "${tier_lines[@]}"; do say "   $line"; done
  [[ $tier_skipped == 0 ]] || say "   $tier_skipped tests were skipped; most need root"
  printf '\nusher: %d passed, %d failed\n' $tier_passed $tier_failed
  [[ $tier_failed == 0 ]]
}
