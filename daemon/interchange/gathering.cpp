// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/gathering.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/config/text.h"
#include "daemon/interchange/seed.h"
#include "usher/message.h"

namespace usher::interchange {
namespace {

constexpr unsigned kLeastDigits = 6;
constexpr unsigned kMostDigits = 8;
constexpr unsigned kLongestPeriod = 3600;  // seconds

bool is_name(std::string_view text, std::size_t limit) {
  return text.size() <= limit && config::is_one_printable_line(text);
}

std::optional<Problem> problem_of(const OtpParameters& parameters) {
  if (parameters.digits < kLeastDigits || parameters.digits > kMostDigits)
    return Problem{.message = fmt::format("its codes have {} digits, and Usher takes {} to {}",
                                          parameters.digits, kLeastDigits, kMostDigits),
                   .hint = "enrol anew, by `usherctl otp add`"};
  if (parameters.period < 1 || parameters.period > kLongestPeriod)
    return Problem{.message = fmt::format("its period is {} seconds, and Usher takes 1 to {}",
                                          parameters.period, kLongestPeriod),
                   .hint = "enrol anew, by `usherctl otp add`"};
  return std::nullopt;
}

std::optional<Problem> problem_of(const ImportedCode& code) {
  if (auto problem = problem_of(code.parameters)) return problem;
  if (auto problem = problem_of_seed(code.seed)) return problem;
  if (!is_name(code.user, kMaxName) || !is_name(code.account, kMaxName))
    return Problem{.message = "the user's name is too long, or not plain text",
                   .hint = "an account's name is meant, as in /etc/passwd"};
  if (!is_name(code.label, kMaxLabel))
    return Problem{
        .message = fmt::format("the label is longer than {} bytes, or not plain text", kMaxLabel),
        .hint = "give it a shorter one in the file"};
  if (code.last_step && *code.last_step > kMostSteps)
    return Problem{.message = "the counter is out of range",
                   .hint = "look at the entry: the file is damaged, or this is no counter"};
  return std::nullopt;
}

}  // namespace

void Gathering::take(Place at, ImportedCode code) {
  if (auto problem = problem_of(code)) return mistake(at, *std::move(problem));
  if (into_->codes.size() == kMostCodes)
    return break_off(at, {.message = fmt::format("these are more than {} codes", kMostCodes),
                          .hint = "divide the file into several"});
  code.at = {.file = file_, .line = at.line, .column = at.column};
  into_->codes.push_back(std::move(code));
}

void Gathering::mistake(Place at, Problem problem) {
  if (!goes_on()) return;
  const auto mistakes = static_cast<std::size_t>(
      std::ranges::count(into_->findings, Severity::mistake, &Finding::severity));
  if (mistakes < kMostMistakes) return add(Severity::mistake, at, std::move(problem));
  break_off(at, {.message = fmt::format("from here on nothing was read: there are {} mistakes "
                                        "before it",
                                        mistakes),
                 .hint = "look whether this is the right file, and of which format it is"});
}

void Gathering::warn(Place at, Problem problem) { add(Severity::warning, at, std::move(problem)); }

void Gathering::note(Place at, Problem problem) { add(Severity::note, at, std::move(problem)); }

void Gathering::break_off(Place at, Problem problem) {
  add(Severity::mistake, at, std::move(problem));
  into_->broken_off = true;
}

void Gathering::add(Severity severity, Place at, Problem problem) {
  into_->findings.push_back({.at = {.file = file_, .line = at.line, .column = at.column},
                             .message = std::move(problem.message),
                             .hint = std::move(problem.hint),
                             .source_line = {},
                             .severity = severity});
}

}  // namespace usher::interchange
