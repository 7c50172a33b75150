// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/explanation_json.h"

#include <string_view>
#include <utility>
#include <vector>

#include "daemon/audit/event_json.h"

namespace usher {
namespace {

Json names_of(const Requirement& requirement) {
  Json names = Json::array();
  for (const Factor factor : requirement.any_of) names.push_back(usher::name_of(factor));
  return names;
}

}  // namespace

Json lacking(const std::vector<Requirement>& missing, const Enrolled& has) {
  Json lacks = Json::array();
  for (const Requirement& requirement : missing) {
    bool possible = false;
    for (const Factor factor : requirement.any_of) possible = possible || has.has(factor);
    if (!possible) lacks.push_back(spelled(requirement));
  }
  return lacks;
}

Json described(const Explanation& explanation, const Enrolled& has) {
  const Decision& decision = explanation.decision;
  const bool observed = decision.kind == Decision::Kind::observed;
  Json proven = Json::array();
  for (const Decision::Satisfied& satisfied : decision.proven)
    proven.push_back(usher::name_of(satisfied.by.factor));
  Json missing = Json::array();
  for (const Requirement& requirement : decision.missing)
    missing.push_back({{"any_of", names_of(requirement)}});
  Json traces = Json::array();
  for (const RuleTrace& trace : explanation.traces)
    traces.push_back({{"rule", trace.rule == nullptr ? "" : trace.rule->name},
                      {"at", trace.rule == nullptr ? "" : place_of(trace.rule->at)},
                      {"match", usher::name_of(trace.match)},
                      {"why", trace.why}});
  return Json{{"decision", usher::name_of(decision.kind)},
              {"would", observed ? usher::name_of(decision.would) : ""},
              {"reason", decision.reason},
              {"rule", decision.rule == nullptr ? "" : decision.rule->name},
              {"at", decision.rule == nullptr ? "" : place_of(decision.rule->at)},
              {"proven", std::move(proven)},
              {"missing", std::move(missing)},
              {"lacks", lacking(decision.missing, has)},
              {"traces", std::move(traces)}};
}

}  // namespace usher
