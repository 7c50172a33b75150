// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "daemon/config/lists.h"
#include "daemon/config/text.h"

namespace usher::config {
namespace {

/// Of the rule language, but not built.
constexpr std::array<std::string_view, 2> kLaterFactors = {"idp", "fido2"};

std::vector<std::string_view> names_in_rules() {
  std::vector<std::string_view> names;
  for (const FactorName& row : kFactorNames)
    if (can_be_required(row.factor)) names.push_back(row.name);
  return names;
}

std::optional<Factor> factor_of_rules(std::string_view name) {
  const auto factor = factor_named(name);
  return factor && can_be_required(*factor) ? factor : std::nullopt;
}

void report_no_factor(Document& document, const Text& text, std::string_view name) {
  const std::vector<std::string_view> names = names_in_rules();
  if (name.empty())
    return document.report(text.at, "a factor is missing here",
                           R"(write it like "password", or "password|publickey" for either)");
  if (const auto issued = factor_named(name); issued && !can_be_required(*issued))
    return document.report(
        text.at,
        fmt::format("no rule requires {}: an administrator gives it to a person", ticked(name)),
        fmt::format("a rule may require {}", listed(names)));
  if (contains(kLaterFactors, name))
    return document.report(
        text.at, fmt::format("the factor {} is not supported by this version", ticked(name)),
        fmt::format("this version knows {}", listed(names)));
  std::string hint = did_you_mean(name, names);
  if (name.find_first_of(", +&") != std::string_view::npos)
    hint = R"(factors that are all wanted stand apart: ["password", "otp"])";
  if (hint.empty()) hint = fmt::format("this version knows {}", listed(names));
  document.report(text.at, fmt::format("there is no factor {}", ticked(name)), hint);
}

/// Calls `take` with each part of "a | b", trimmed.
template <typename Take>
void for_each_alternative(std::string_view text, Take take) {
  for (;;) {
    const std::size_t bar = text.find('|');
    take(trimmed(text.substr(0, bar)));
    if (bar == std::string_view::npos) return;
    text.remove_prefix(bar + 1);
  }
}

}  // namespace

std::vector<FactorTime> read_factor_times(const Entry& entry, std::uint32_t least,
                                          std::uint32_t most) {
  constexpr std::string_view kExample = R"(write it like { otp = "8h", password = "5m" })";
  const auto* table = entry.node.as_table();
  if (table == nullptr || table->empty()) {
    entry.refuse(table == nullptr ? fmt::format("{} is a table of factors, not {}",
                                                ticked(entry.key), kind_of(entry.node))
                                  : "this table is empty",
                 kExample);
    return {};
  }
  std::vector<FactorTime> times;
  for (auto&& [key, node] : *table) {
    const auto factor = factor_of_rules(key.str());
    if (!factor) {
      report_no_factor(entry.document, {.value = {}, .at = key.source().begin}, key.str());
      continue;
    }
    if (const auto seconds = read_duration({entry.document, key.str(), node}, least, most))
      times.push_back({.factor = *factor, .seconds = *seconds});
  }
  return times;
}

std::vector<Requirement> read_requirements(const Entry& entry) {
  std::vector<Requirement> requirements;
  std::vector<Factor> seen;
  for (const Text& text : read_some_texts(entry)) {
    Requirement requirement;
    for_each_alternative(text.value, [&](std::string_view name) {
      const auto factor = factor_of_rules(name);
      if (!factor) return report_no_factor(entry.document, text, name);
      if (contains(seen, *factor))
        return entry.document.report(
            text.at, fmt::format("{} stands twice in this list", ticked(name)),
            "one proof can't count twice; where people may choose, make two rules");
      seen.push_back(*factor);
      requirement.any_of.push_back(*factor);
    });
    if (!requirement.any_of.empty()) requirements.push_back(std::move(requirement));
  }
  return requirements;
}

}  // namespace usher::config
