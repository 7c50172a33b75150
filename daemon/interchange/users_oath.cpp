// SPDX-License-Identifier: Apache-2.0
// The users file of pam_oath (oath-toolkit, "UsersFile"): a line is a generator, its fields divided
// by blanks:
//
//   HOTP/T30/6  user  PIN  secret in hexadecimal  [counter or offset  [last code  [its time]]]
//
// "HOTP", "HOTP/E" and "HOTP/E/DIGITS" count; "HOTP/T30" and the like go by time. pam_oath appends
// the last three fields at a success. What they then mean is what liboath does with them: behind a
// counter stands the code of that counter; without one, the counter is that of the code to come. An
// offset is the number of steps between the code and the time, of which liboath 2.6 does not keep
// the sign.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <string>
#include <utility>

#include "daemon/interchange/readers.h"
#include "daemon/interchange/seed.h"
#include "daemon/interchange/words.h"

namespace usher::interchange {
namespace {

constexpr std::size_t kFewestFields = 4;
constexpr std::size_t kMostFields = 7;
constexpr std::string_view kLineForm =
    "a line is: HOTP/T30/6 USER - SECRET, the secret in hexadecimal";
// pam_oath looks for codes no further away than its option window= says.
constexpr std::uint64_t kMostOffset = 1'000'000;

/// "HOTP/T30/6": what is left out is 6 digits, and codes by a counter.
std::optional<OtpParameters> parameters_of_type(std::string_view type) {
  OtpParameters parameters{.kind = OtpKind::hotp};
  const auto next_part = [&] {
    const std::size_t end = std::min(type.find('/'), type.size());
    const std::string_view part = type.substr(0, end);
    type.remove_prefix(std::min(end + 1, type.size()));
    return part;
  };
  if (type.ends_with('/') || next_part() != "HOTP") return std::nullopt;
  if (type.empty()) return parameters;
  std::string_view moves = next_part();
  if (moves.starts_with('T')) {
    moves.remove_prefix(1);
    const auto period = small_number_of(moves);
    if (!period) return std::nullopt;
    parameters.kind = OtpKind::totp;
    parameters.period = *period;
  } else if (moves != "E") {
    return std::nullopt;
  }
  if (type.empty()) return parameters;
  const auto digits = small_number_of(type);
  if (!digits) return std::nullopt;
  parameters.digits = *digits;
  return parameters;
}

/// The part of `text` that is `digits` digits long, taken off its front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto number = small_number_of(text.substr(0, digits));
  text.remove_prefix(digits);
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

/// "2026-03-01T13:05:09L", local time, in seconds since 1970. Where clocks were set back, so that
/// there were two such moments, the later one.
std::optional<std::uint64_t> moment_of(std::string_view text) {
  std::tm local{};
  const std::array<std::pair<int std::tm::*, std::string_view>, 6> parts = {{
      {&std::tm::tm_year, "-"},
      {&std::tm::tm_mon, "-"},
      {&std::tm::tm_mday, "T"},
      {&std::tm::tm_hour, ":"},
      {&std::tm::tm_min, ":"},
      {&std::tm::tm_sec, "L"},
  }};
  for (const auto& [part, behind] : parts) {
    const auto number = take_digits(text, part == &std::tm::tm_year ? 4 : 2);
    if (!number || !text.starts_with(behind)) return std::nullopt;
    text.remove_prefix(behind.size());
    local.*part = *number;
  }
  if (!text.empty()) return std::nullopt;
  local.tm_year -= 1900;
  local.tm_mon -= 1;
  std::time_t latest = -1;
  for (const int summer : {0, 1}) {
    std::tm wanted = local;
    wanted.tm_isdst = summer;
    latest = std::max(latest, std::mktime(&wanted));
  }
  if (latest < 0) return std::nullopt;
  return static_cast<std::uint64_t>(latest);
}

struct OathLine {
  const Line& line;
  std::vector<Word> fields;

  [[nodiscard]] Place at(std::size_t field) const {
    return {.line = line.number, .column = column_in(line.text, fields[field].at)};
  }
};

/// What a line says was spent.
std::expected<std::optional<std::uint64_t>, Problem> spent_of(const OathLine& line,
                                                              const OtpParameters& parameters) {
  if (line.fields.size() == kFewestFields) return std::nullopt;
  const bool counts = parameters.kind == OtpKind::hotp;
  std::string_view field = line.fields[4].text;
  // Newer versions of liboath keep the sign of an offset.
  if (!counts && field.starts_with('-')) field.remove_prefix(1);
  const auto number = number_of(field);
  if (!number || *number > (counts ? kMostSteps : kMostOffset))
    return std::unexpected(
        Problem{.message = fmt::format("the {} is no number, or out of range",
                                       counts ? "counter" : "offset of the last code"),
                .hint = "the line is damaged: compare it with a backup, or enrol anew"});
  if (counts) {
    if (line.fields.size() > 5) return *number;
    return spent_before(*number);
  }
  const auto moment =
      line.fields.size() == kMostFields ? moment_of(line.fields[6].text) : std::nullopt;
  if (!moment)
    return std::unexpected(
        Problem{.message = "when the last code was used is missing, or no time like "
                           "2026-03-01T13:05:09L",
                .hint = "the line is damaged: compare it with a backup, or enrol anew"});
  return *moment / parameters.period + *number;
}

class UsersFile {
 public:
  explicit UsersFile(Gathering& into) : into_(&into) {}

  void read(const Line& line) {
    const OathLine parts{.line = line, .fields = words_of(line.text)};
    if (parts.fields.empty() || parts.fields.front().text.starts_with('#')) return;
    const auto parameters = parameters_of_type(parts.fields.front().text);
    if (!parameters)
      return into_->mistake(
          parts.at(0),
          {.message = "this is no type of code that Usher has",
           .hint = "it may be HOTP, HOTP/E/6 and the like, or HOTP/T30/6 and the like"});
    if (parts.fields.size() < kFewestFields || parts.fields.size() > kMostFields)
      return into_->mistake(
          parts.at(0), {.message = fmt::format("a line has {} to {} fields, and "
                                               "this one {}",
                                               kFewestFields, kMostFields, parts.fields.size()),
                        .hint = std::string(kLineForm)});
    read(parts, *parameters);
  }

 private:
  void read(const OathLine& line, const OtpParameters& parameters) {
    const std::string_view pin = line.fields[2].text;
    if (pin != "-" && pin != "+")
      return into_->mistake(line.at(2),
                            {.message = "there is a PIN, and Usher has none besides the password",
                             .hint = "put - in its place, where a rule asks for the password too"});
    auto seed = seed_of_hex(line.fields[3].text);
    if (!seed) {
      const std::size_t column = line.fields[3].at + seed.error().at;
      return into_->mistake({.line = line.line.number, .column = column_in(line.line.text, column)},
                            std::move(seed.error().problem));
    }
    if (parameters.period == 0)
      return into_->mistake(line.at(0),
                            {.message = "the period is 0 seconds", .hint = std::string(kLineForm)});
    const auto spent = spent_of(line, parameters);
    if (!spent) return into_->mistake(line.at(4), spent.error());
    std::string user(line.fields[1].text);
    std::string label = next_label(user);
    into_->take(line.at(0), {.user = std::move(user),
                             .label = std::move(label),
                             .parameters = parameters,
                             .seed = *std::move(seed),
                             .last_step = *spent});
  }

  /// The file has no labels: "pam_oath", and from a person's second line on "pam_oath-2".
  std::string next_label(const std::string& user) {
    const unsigned number = ++lines_of_[user];
    return number == 1 ? "pam_oath" : fmt::format("pam_oath-{}", number);
  }

  Gathering* into_;
  std::map<std::string, unsigned> lines_of_;
};

}  // namespace

void read_users_oath(std::string_view content, Gathering& into) {
  UsersFile file(into);
  Lines lines(content);
  while (into.goes_on()) {
    const auto line = lines.next();
    if (!line) return;
    if (check_line(*line, into)) file.read(*line);
  }
}

}  // namespace usher::interchange
