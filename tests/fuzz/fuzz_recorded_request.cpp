// SPDX-License-Identifier: Apache-2.0
// Lines of the audit log: what is read is judged again, and what was read can be written and read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/audit/recorded_request.h"
#include "daemon/policy/recorded_facts.h"

namespace {

constexpr std::uint32_t kWindow = 3600;

usher::RuleSet some_rules() {
  usher::RuleSet rules;
  rules.rules.push_back({.name = "r",
                         .services = {"sshd"},
                         .groups = {"staff"},
                         .ttys = {"tty1"},
                         .require = {{.any_of = {usher::Factor::otp}}},
                         .reuse = {{.factor = usher::Factor::otp, .seconds = kWindow}}});
  return rules;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const usher::RuleSet kRules = some_rules();
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto recorded = usher::read_recorded_request(line);
  if (!recorded) return 0;
  const usher::Decision decision = usher::judge(kRules, usher::facts_of(*recorded));
  // The rule wants a code, which no line can say was proven, but for one that a session holds.
  if (decision.kind == usher::Decision::Kind::satisfied) {
    const usher::Proof& proof = decision.proven.at(0).by;
    if (proof.by != usher::ProvenBy::session || proof.age.value() < 0 || proof.age > kWindow)
      std::abort();
  }
  return 0;
}
