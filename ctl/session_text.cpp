// SPDX-License-Identifier: Apache-2.0
#include "ctl/session_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "daemon/config/text.h"
#include "daemon/model/session.h"

namespace usher::ctl {
namespace {

constexpr std::size_t kFewestIdDigits = 4;
constexpr std::size_t kShownIdDigits = 8;
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

std::string member_text(const Json& session, const char* member) {
  return session.at(member).get<std::string>();
}

}  // namespace

bool may_name_session(std::string_view text) {
  return text.size() >= kFewestIdDigits && text.size() <= kSessionIdSize &&
         std::ranges::all_of(
             text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Complaint not_an_id(std::string_view text) {
  return {.code = ExitCode::usage,
          .what = fmt::format("{} is no id of a session", config::ticked(text)),
          .next =
              "It is 4 to 32 of the digits 0-9 and a-f: `usherctl sessions` and `usherctl "
              "history` show them."};
}

std::string short_id(const Json& session) {
  return member_text(session, "id").substr(0, kShownIdDigits);
}

std::string origin_of(const Json& session) { return dash_for_none(member_text(session, "from")); }

std::string login_of(const Json& session) {
  const std::string from = member_text(session, "from");
  return fmt::format("{} through {}, {}", member_text(session, "user"),
                     member_text(session, "service"), from.empty() ? "local" : "from " + from);
}

std::string factors_of(const Json& session) {
  const auto factors = session.at("factors").get<std::vector<std::string>>();
  return dash_for_none(fmt::format("{}", fmt::join(factors, ", ")));
}

std::string ending_of(const Json& session) {
  const std::string how = member_text(session, "how");
  const std::string by = member_text(session, "ended_by");
  if (!by.empty()) return "ended by " + by;
  const auto row = std::ranges::find(kSessionEnds, how, &SessionEndName::name);
  return row == kSessionEnds.end() ? how : std::string(row->words);
}

std::string reusable_in(const Json& session, std::int64_t now) {
  const std::string user = member_text(session, "user");
  std::vector<std::string> proofs;
  for (const Json& proof : session.at("proofs")) {
    const auto until = proof.at("until").get<std::int64_t>();
    if (until == 0) continue;
    std::string what = member_text(proof, "factor");
    // In an SSH session, say, who became root by root's own password.
    if (const std::string whose = member_text(proof, "user"); whose != user) what += " of " + whose;
    proofs.push_back(fmt::format("{} {}", what, clock_time(until, now)));
  }
  return dash_for_none(fmt::format("{}", fmt::join(proofs, ", ")));
}

std::string verifier_named(const std::string& by) {
  if (by == "usher") return "usherd";
  return by == "stack" ? "a PAM module" : by;
}

std::string clock_time(std::int64_t moment, std::int64_t now) {
  std::string whole = moment_of(moment);
  constexpr std::size_t kDate = sizeof "2026-03-02" - 1;
  constexpr std::size_t kToTheMinute = sizeof "2026-03-02 17:30" - 1;
  if (whole.size() < kToTheMinute) return whole;
  const bool today = whole.substr(0, kDate) == moment_of(now).substr(0, kDate);
  return today ? whole.substr(kDate + 1, kToTheMinute - kDate - 1) : whole.substr(0, kToTheMinute);
}

std::string rough_span(std::int64_t seconds) {
  // A clock that was set back makes no time negative.
  const auto whole = static_cast<std::size_t>(std::max<std::int64_t>(seconds, 0));
  if (seconds < 2 * kMinute) return counted(whole, "second", "seconds");
  if (seconds < 2 * kHour) return counted(whole / kMinute, "minute", "minutes");
  if (seconds < 2 * kDay) return counted(whole / kHour, "hour", "hours");
  return counted(whole / kDay, "day", "days");
}

std::string short_span(std::int64_t seconds) {
  if (seconds < kMinute) return fmt::format("{}s", std::max<std::int64_t>(seconds, 0));
  if (seconds < kHour) return fmt::format("{}m", seconds / kMinute);
  if (seconds < kDay) return fmt::format("{}h {:02}m", seconds / kHour, seconds % kHour / kMinute);
  return fmt::format("{}d {:02}h", seconds / kDay, seconds % kDay / kHour);
}

std::string dash_for_none(std::string text) { return text.empty() ? "-" : std::move(text); }

}  // namespace usher::ctl
