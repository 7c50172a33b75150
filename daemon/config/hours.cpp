// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/hours.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/text.h"
#include "daemon/config/zones.h"

namespace usher::config {
namespace {

constexpr std::string_view kHoursExamples =
    R"(write it like "Mon-Fri 08:00-18:00", "22:00-06:00" or "Sat,Sun 09:00-12:00 Europe/Berlin")";
constexpr unsigned kDays = 7;

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trimmed(text)).empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    words.push_back(word);
    text.remove_prefix(word.size());
  }
  return words;
}

/// The two sides of the first `mark`; none where there is none.
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text,
                                                                   char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

std::optional<unsigned> day_in(std::string_view text) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) ==
           (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
  };
  for (unsigned day = 0; day < kDays; ++day)
    if (std::ranges::equal(text, std::string_view(day_name(day)), same)) return day;
  return std::nullopt;
}

/// "Mon-Fri": also over the end of the week.
std::optional<std::uint8_t> days_from_to(std::string_view text) {
  const auto ends = split(text, '-').value_or(std::pair(text, text));
  const auto first = day_in(ends.first);
  const auto last = day_in(ends.second);
  if (!first || !last) return std::nullopt;
  unsigned days = 1U << *last;
  for (unsigned day = *first; day != *last; day = (day + 1) % kDays) days |= 1U << day;
  return static_cast<std::uint8_t>(days);
}

std::optional<std::uint8_t> days_in(std::string_view text) {
  unsigned days = 0;
  for (;;) {
    const auto parts = split(text, ',');
    const auto some = days_from_to(parts ? parts->first : text);
    if (!some) return std::nullopt;
    days |= *some;
    if (!parts) return static_cast<std::uint8_t>(days);
    text = parts->second;
  }
}

std::optional<std::int32_t> two_digits(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

/// "08:00" in minutes after midnight, up to 24:00.
std::optional<std::int32_t> time_in(std::string_view text) {
  const auto parts = split(text, ':');
  if (!parts) return std::nullopt;
  const auto hour = two_digits(parts->first);
  const auto minute = two_digits(parts->second);
  if (!hour || !minute || *minute > 59) return std::nullopt;
  const std::int32_t minutes = *hour * 60 + *minute;
  if (minutes > Hours::kMinutesOfDay) return std::nullopt;
  return minutes;
}

bool looks_like_times(std::string_view word) {
  return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

class Reader {
 public:
  Reader(Document& document, const Text& text)
      : document_(document), text_(text), words_(words_of(text.value)) {}

  std::optional<Hours> read() {
    if (words_.empty()) return refuse("this entry of `hours` is empty", kHoursExamples);
    const bool days = !looks_like_times(words_.front());
    if (days && !read_days(words_.front())) return std::nullopt;
    next_ = days ? 1 : 0;
    const bool times = next_ < words_.size() && looks_like_times(words_[next_]);
    if (times && !read_times(words_[next_])) return std::nullopt;
    next_ += times ? 1 : 0;
    const bool zone_given = next_ < words_.size();
    const std::string_view zone_name = zone_given ? words_[next_++] : std::string_view();
    auto zone = zone_given ? find_time_zone(zone_name) : local_time_zone();
    if (next_ < words_.size())
      return refuse(fmt::format("{} stands behind the time zone", ticked(words_[next_])),
                    kHoursExamples);
    if (!zone)
      return refuse(zone.error().message, zone_given
                                              ? time_zone_hint(zone_name)
                                              : R"(name one: "Mon-Fri 08:00-18:00 Europe/Berlin")");
    hours_.zone = std::move(*zone);
    hours_.spelling = text_.value;
    return std::move(hours_);
  }

 private:
  std::nullopt_t refuse(std::string_view message, std::string_view hint) {
    document_.report(text_.at, message, hint);
    return std::nullopt;
  }

  bool read_days(std::string_view word) {
    const auto days = days_in(word);
    if (days)
      hours_.days = *days;
    else
      refuse(fmt::format("{} are no days of the week", ticked(word)),
             "the days are Mon, Tue, Wed, Thu, Fri, Sat and Sun: Mon-Fri, or Sat,Sun");
    return days.has_value();
  }

  bool read_times(std::string_view word) {
    const auto parts = split(word, '-');
    const auto begin = parts ? time_in(parts->first) : std::nullopt;
    const auto end = parts ? time_in(parts->second) : std::nullopt;
    if (!begin || !end || *begin == Hours::kMinutesOfDay) {
      refuse(fmt::format("{} is not from one time of day to another", ticked(word)),
             "write both with two digits each, 00:00 to 24:00: 08:00-18:00");
      return false;
    }
    if (*begin == *end || *end == 0) {
      refuse(*begin == *end ? fmt::format("{} is either nothing or a whole day", ticked(word))
                            : fmt::format("{} ends at the next day's first moment", ticked(word)),
             *begin == *end ? "write 00:00-24:00 for whole days"
                            : fmt::format("write {}-24:00", parts->first));
      return false;
    }
    hours_.begin = *begin;
    hours_.end = *end;
    return true;
  }

  Document& document_;
  const Text& text_;
  std::vector<std::string_view> words_;
  std::size_t next_ = 0;
  Hours hours_;
};

}  // namespace

std::optional<Hours> read_hours(Document& document, const Text& text) {
  return Reader(document, text).read();
}

}  // namespace usher::config
