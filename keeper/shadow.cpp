// SPDX-License-Identifier: Apache-2.0
#include "keeper/shadow.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>

namespace usher {
namespace {

constexpr std::int64_t kMicrosecondsPerDay = std::int64_t{86'400} * 1'000'000;

/// What stands before the next `separator`; takes both off `rest`.
std::string_view next_field(std::string_view& rest, char separator) noexcept {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

/// Whether `field` is a number or empty; sets `days` where it is a number that counts.
bool read_days(std::string_view field, std::optional<std::int64_t>& days) noexcept {
  if (field.empty()) return true;
  std::int32_t number = 0;
  const char* const begin = field.data();
  const char* const end = begin + field.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || stop != end) return false;
  if (number >= 0) days = number;
  return true;
}

bool is_base64_of_crypt(char character) noexcept {
  return character == '.' || character == '/' || (character >= '0' && character <= '9') ||
         (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
}

/// The text up to and including its `count`th dollar sign; all of it where there are fewer.
std::string_view through_dollar(std::string_view hash, int count) noexcept {
  std::size_t end = 0;
  for (; count > 0; --count) {
    const std::size_t dollar = hash.find('$', end);
    if (dollar == std::string_view::npos) return hash;
    end = dollar + 1;
  }
  return hash.substr(0, end);
}

/// Counts hashes by method, and keeps one of each. The few methods a file has fit; of more, the
/// later ones are not counted.
class MethodCensus {
 public:
  void count(std::string_view hash) noexcept {
    const std::string_view method = method_of(hash);
    for (Row& row : std::span(rows_).first(used_)) {
      if (method_of(row.example) != method) continue;
      ++row.count;
      return;
    }
    if (used_ < rows_.size()) rows_[used_++] = {.example = hash, .count = 1};
  }
  /// An example of the most frequent; the earliest of several.
  [[nodiscard]] std::string_view usual() const noexcept {
    return std::ranges::max_element(rows_, {}, &Row::count)->example;
  }

 private:
  struct Row {
    std::string_view example;
    std::size_t count = 0;
  };
  std::array<Row, 16> rows_{};
  std::size_t used_ = 0;
};

}  // namespace

std::optional<ShadowEntry> parse_shadow_line(std::string_view line) noexcept {
  if (!line.contains(':')) return std::nullopt;
  ShadowEntry entry;
  std::optional<std::int64_t> unused;
  entry.name = next_field(line, ':');
  entry.hash = next_field(line, ':');
  if (entry.name.empty() || entry.name[0] == '+' || entry.name[0] == '-') return std::nullopt;
  // In the order of the fields; the days before a change is allowed, and of warning, count for
  // neither question that is asked here.
  const bool numbers = read_days(next_field(line, ':'), entry.last_change) &&
                       read_days(next_field(line, ':'), unused) &&
                       read_days(next_field(line, ':'), entry.most_age) &&
                       read_days(next_field(line, ':'), unused) &&
                       read_days(next_field(line, ':'), entry.grace) &&
                       read_days(next_field(line, ':'), entry.expires);
  return numbers ? std::optional(entry) : std::nullopt;
}

bool is_hash(std::string_view field) noexcept {
  constexpr std::size_t kTraditionalDes = 13;
  if (field.size() < kTraditionalDes) return false;
  if (field[0] == '$') return std::ranges::count(field, '$') >= 3;
  if (field[0] == '_') field.remove_prefix(1);
  return std::ranges::all_of(field, is_base64_of_crypt);
}

std::string_view method_of(std::string_view hash) noexcept {
  constexpr std::size_t kExtendedDesCount = 5;  // "_" and four characters of iterations
  constexpr std::size_t kScryptCost = 14;       // "$7$", N, and five characters each of r and p
  if (hash.starts_with('_')) return hash.substr(0, kExtendedDesCount);
  if (!hash.starts_with('$')) return {};
  const std::string_view name = through_dollar(hash, 2);
  if (name == "$7$") return hash.substr(0, kScryptCost);
  const bool rounds_told = hash.substr(name.size()).starts_with("rounds=");
  const bool cost_follows = name == "$y$" || name == "$gy$" || name.starts_with("$2");
  return rounds_told || cost_follows ? through_dollar(hash, 3) : name;
}

AccountState account_state_of(const ShadowEntry& entry, std::int64_t today) noexcept {
  if (entry.expires && today >= *entry.expires) return AccountState::account_expired;
  const std::size_t marks = std::min(entry.hash.find_first_not_of('!'), entry.hash.size());
  if (marks > 0 && is_hash(entry.hash.substr(marks))) return AccountState::locked;
  if (!entry.last_change) return AccountState::ok;  // shadow(5): no aging at all
  if (*entry.last_change == 0) return AccountState::must_change;
  if (!entry.most_age) return AccountState::ok;
  const std::int64_t over = today - *entry.last_change - *entry.most_age;
  if (over <= 0) return AccountState::ok;
  return entry.grace && over > *entry.grace ? AccountState::password_expired
                                            : AccountState::must_change;
}

std::int64_t day_of(std::int64_t wall_microseconds) noexcept {
  return wall_microseconds / kMicrosecondsPerDay;
}

ShadowLookUp look_up(std::string_view text, std::string_view user) noexcept {
  ShadowLookUp result;
  MethodCensus census;
  while (!text.empty()) {
    const auto entry = parse_shadow_line(next_field(text, '\n'));
    if (!entry) continue;
    if (is_hash(entry->hash)) census.count(entry->hash);
    if (!result.entry && entry->name == user) result.entry = entry;
  }
  result.usual_hash = census.usual();
  return result;
}

}  // namespace usher
