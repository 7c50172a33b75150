// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/enrolment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "daemon/config/moments.h"
#include "daemon/config/origins.h"
#include "daemon/config/text.h"

namespace usher::config {
namespace {

constexpr std::string_view kEnrolExample =
    R"(write it like { until = "2027-01-31", from = ["10.0.0.0/8"] })";
constexpr std::string_view kAnywhere = "anywhere";
constexpr std::size_t kDaySize = std::string_view("2027-01-31").size();
constexpr std::int64_t kLastMinute = 60;

/// A day by itself counts to its end, by UTC.
void read_until(const Entry& entry, const Sets& /*sets*/, Enrolment& enrolment) {
  const auto text = read_text(entry, "a day, or a day and a time", kEnrolExample);
  if (!text) return;
  const bool day_alone = text->size() == kDaySize;
  const auto moment = read_moment(entry.document, {.value = day_alone ? *text + " 23:59" : *text,
                                                   .at = entry.node.source().begin});
  if (!moment) return;
  enrolment.until = day_alone ? *moment + kLastMinute : *moment;
  enrolment.until_text = *text;
}

void read_from(const Entry& entry, const Sets& sets, Enrolment& enrolment) {
  const auto* word = entry.node.as_string();
  enrolment.anywhere = word != nullptr && word->get() == kAnywhere;
  if (!enrolment.anywhere) enrolment.from = read_origins(entry, sets);
}

void read_late(const Entry& entry, const Sets& /*sets*/, Enrolment& enrolment) {
  if (auto text = read_shown_text(entry, "a text for the person",
                                  R"(write it like late = "Ask the help desk for a code.")",
                                  "take `late` out to say nothing but that it is too late"))
    enrolment.late_text = std::move(*text);
}

struct EnrolKey {
  std::string_view name;
  void (*read)(const Entry&, const Sets&, Enrolment&);
};
constexpr std::array kEnrolKeys = {EnrolKey{"until", read_until}, EnrolKey{"from", read_from},
                                   EnrolKey{"late", read_late}};

void report_unknown(const Entry& entry, const toml::key& key) {
  std::array<std::string_view, kEnrolKeys.size()> names;
  std::ranges::transform(kEnrolKeys, names.begin(), &EnrolKey::name);
  std::string hint = did_you_mean(key.str(), names);
  if (hint.empty()) hint = fmt::format("it may have {}", listed(names));
  entry.document.report(key.source().begin, fmt::format("`enrol` has no key {}", ticked(key.str())),
                        hint);
}

}  // namespace

std::optional<Enrolment> read_enrolment(const Entry& entry, const Sets& sets) {
  const auto* table = entry.node.as_table();
  if (table == nullptr) {
    entry.refuse(fmt::format("`enrol` is a table, not {}", kind_of(entry.node)), kEnrolExample);
    return std::nullopt;
  }
  const std::size_t findings = entry.document.findings().size();
  Enrolment enrolment;
  for (auto&& [key, node] : *table) {
    const auto known = std::ranges::find(kEnrolKeys, key.str(), &EnrolKey::name);
    if (known == kEnrolKeys.end())
      report_unknown(entry, key);
    else
      known->read({entry.document, key.str(), node}, sets, enrolment);
  }
  if (table->get("until") == nullptr)
    entry.refuse("`enrol` does not say until when", R"(add until = "2027-01-31")");
  if (table->get("from") == nullptr)
    entry.refuse("`enrol` does not say from where: who knows a password alone could enrol first",
                 R"(add from = ["10.0.0.0/8", "local"], or from = "anywhere" if you accept that)");
  if (entry.document.findings().size() != findings) return std::nullopt;
  return enrolment;
}

}  // namespace usher::config
