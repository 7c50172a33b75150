// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/audit/newest_lines.h"
#include "daemon/audit/recorded_request.h"
#include "daemon/control/explanation_json.h"
#include "daemon/control/methods.h"
#include "daemon/policy/judge.h"
#include "daemon/policy/recorded_facts.h"

namespace usher {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kFewestDigits = 8;
constexpr std::size_t kMostExamined = std::size_t{256} * 1024 * 1024;

/// An id or the begin of one.
bool is_event_id(std::string_view text) {
  return text.size() >= kFewestDigits && text.size() <= kIdDigits &&
         std::ranges::all_of(
             text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// A caller can't make a line look like this: what it says stands in JSON texts, with their quotes
/// escaped.
bool has_id(std::string_view line, const std::string& id) {
  return line.contains(fmt::format(R"("id":"{})", id));
}

/// The newest events of that id, at most two.
Result<std::vector<std::string>> find_events(const std::string& file, const std::string& id) {
  const NewestLinesLimits limits{.lines = id.size() == kIdDigits ? 1U : 2U,
                                 .examined = kMostExamined};
  return newest_lines(file, limits, [&](std::string_view line) { return has_id(line, id); });
}

Json traces_of(const RuleSet& rules, const RecordedRequest& recorded) {
  return described(explain(rules, facts_of(recorded)), Enrolled{}).at("traces");
}

}  // namespace

VarlinkReply explain_event_method(const Json& parameters, const ControlPeer&, ControlPorts& ports) {
  const auto id = text_parameter(parameters, "id", kIdDigits);
  if (!id) return std::unexpected(id.error());
  if (!is_event_id(*id)) return invalid_parameter("id");
  if (ports.audit_file.empty())
    return method_failed("usherd writes no audit file, since [audit] file is empty");
  auto lines = find_events(ports.audit_file, *id);
  if (!lines) return method_failed(lines.error().message);
  if (lines->empty())
    return method_failed(fmt::format("there is no event {} in {}", *id, ports.audit_file));
  if (lines->size() > 1)
    return method_failed(fmt::format("more than one event begins with {}", *id));
  std::string line = std::move(lines->front());

  const auto rules = ports.rules.get();
  const auto recorded = read_recorded_request(line);
  // What was cut off could have made another rule match.
  const bool current =
      recorded && !recorded->groups_cut && recorded->rules_version == rules->version;
  return Json{{"event", std::move(line)},
              {"current", current},
              {"traces", current ? traces_of(*rules, *recorded) : Json::array()}};
}

}  // namespace usher
