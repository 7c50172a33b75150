// SPDX-License-Identifier: Apache-2.0
// ~/.google_authenticator, as google-authenticator-libpam writes it (its FILEFORMAT): the secret in
// base32, then options, which begin with a quotation mark and a blank, then scratch codes of eight
// digits. A file is one generator, and says nothing of whose it is: its owner does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/interchange/readers.h"
#include "daemon/interchange/seed.h"
#include "daemon/interchange/words.h"

namespace usher::interchange {
namespace {

constexpr std::string_view kOptionMark = "\" ";
constexpr std::size_t kScratchCodeDigits = 8;
constexpr std::string_view kAgain = "the file is damaged: mend the line, or enrol anew";

class GoogleAuthenticatorFile {
 public:
  explicit GoogleAuthenticatorFile(Gathering& into) : into_(&into) {
    code_.label = "google-authenticator";
  }

  void read(std::string_view content) {
    Lines lines(content);
    while (const auto line = lines.next()) {
      if (!check_line(*line, *into_)) return;
      if (line->number == 1)
        read_secret(*line);
      else if (line->text.starts_with(kOptionMark))
        read_option(*line);
      else if (!line->text.empty())
        read_scratch_code(*line);
    }
    finish();
  }

 private:
  struct Option {
    std::string_view name;
    void (GoogleAuthenticatorFile::*take)(const Line&, std::span<const Word> values);
  };

  void read_secret(const Line& line) {
    auto seed = seed_of_base32(line.text);
    if (seed)
      code_.seed = *std::move(seed);
    else
      mistake({.line = line.number, .column = column_in(line.text, seed.error().at)},
              std::move(seed.error().problem));
  }

  void read_option(const Line& line) {
    // What the module keeps there for itself, and Usher has no use for.
    constexpr std::array<std::string_view, 3> kPassedOver = {"RATE_LIMIT", "WINDOW_SIZE",
                                                             "RESETTING_TIME_SKEW"};
    constexpr std::array kOptions = {
        Option{"TOTP_AUTH", &GoogleAuthenticatorFile::totp_auth},
        Option{"HOTP_COUNTER", &GoogleAuthenticatorFile::hotp_counter},
        Option{"STEP_SIZE", &GoogleAuthenticatorFile::step_size},
        Option{"DISALLOW_REUSE", &GoogleAuthenticatorFile::disallow_reuse},
        Option{"TIME_SKEW", &GoogleAuthenticatorFile::time_skew},
        Option{"OTP_DISABLED", &GoogleAuthenticatorFile::otp_disabled},
    };
    const auto words = words_of(line.text.substr(kOptionMark.size()));
    const std::string_view name = words.empty() ? std::string_view() : words.front().text;
    if (name.starts_with("LAST") || std::ranges::find(kPassedOver, name) != kPassedOver.end())
      return;
    for (const Option& option : kOptions)
      if (option.name == name) return (this->*option.take)(line, std::span(words).subspan(1));
    into_->note({.line = line.number},
                {.message = "this option is not known, and passed over", .hint = {}});
  }

  void totp_auth(const Line&, std::span<const Word>) { by_time_ = true; }

  void hotp_counter(const Line& line, std::span<const Word> values) {
    const auto counter = number_in(values);
    // The module takes 0 for a file without a counter.
    if (!counter || *counter == 0)
      return mistake({.line = line.number},
                     {.message = "HOTP_COUNTER is followed by no number above 0",
                      .hint = std::string(kAgain)});
    by_counter_ = true;
    code_.parameters.kind = OtpKind::hotp;
    code_.last_step = spent_before(*counter);
  }

  void step_size(const Line& line, std::span<const Word> values) {
    const auto seconds = values.size() == 1 ? small_number_of(values.front().text) : std::nullopt;
    if (!seconds)
      return mistake({.line = line.number}, {.message = "STEP_SIZE is followed by no number",
                                             .hint = std::string(kAgain)});
    period_ = *seconds;
  }

  void disallow_reuse(const Line& line, std::span<const Word> values) {
    for (const Word& value : values) {
      const auto step = number_of(value.text);
      if (!step)
        return mistake({.line = line.number},
                       {.message = "DISALLOW_REUSE is followed by what is no number",
                        .hint = std::string(kAgain)});
      newest_used_ = std::max(newest_used_.value_or(0), *step);
    }
  }

  void time_skew(const Line& line, std::span<const Word> values) {
    std::string_view steps = values.size() == 1 ? values.front().text : std::string_view();
    if (steps.starts_with('-')) steps.remove_prefix(1);
    const auto skew = number_of(steps);
    if (!skew)
      return mistake({.line = line.number}, {.message = "TIME_SKEW is followed by no number",
                                             .hint = std::string(kAgain)});
    if (*skew == 0) return;
    into_->warn({.line = line.number},
                {.message = fmt::format("the clock of this generator was off by {} steps, which "
                                        "Usher does not take over",
                                        values.front().text),
                 .hint = "have it set before the next login, or its codes are refused"});
  }

  void otp_disabled(const Line& line, std::span<const Word>) {
    mistake({.line = line.number}, {.message = "this generator is switched off (OTP_DISABLED)",
                                    .hint = "take the line out, if its codes are to count again"});
  }

  void read_scratch_code(const Line& line) {
    const bool digits = std::ranges::all_of(line.text, [](char c) { return c >= '0' && c <= '9'; });
    if (digits && line.text.size() == kScratchCodeDigits) {
      if (scratch_codes_++ == 0) first_scratch_code_ = {.line = line.number};
      return;
    }
    mistake({.line = line.number}, {.message = "this is neither an option nor a scratch code",
                                    .hint = "the file is cut off or damaged: mend it, or enrol "
                                            "anew"});
  }

  void finish() {
    if (!by_time_ && !by_counter_)
      mistake({}, {.message = "neither TOTP_AUTH nor HOTP_COUNTER says what the secret is for",
                   .hint = "the file is cut off or of another format"});
    if (damaged_) return;
    if (!by_counter_) {
      code_.parameters.period = period_;
      code_.last_step = newest_used_;
    }
    into_->take({}, std::move(code_));
    if (scratch_codes_ == 0) return;
    into_->note(
        first_scratch_code_,
        {.message = fmt::format("{} scratch code{} not taken over: eight digits are too few",
                                scratch_codes_, scratch_codes_ == 1 ? " is" : "s are"),
         .hint = "`usherctl recovery new` makes recovery codes"});
  }

  static std::optional<std::uint64_t> number_in(std::span<const Word> values) {
    if (values.size() != 1) return std::nullopt;
    return number_of(values.front().text);
  }

  void mistake(Place at, Problem problem) {
    damaged_ = true;
    into_->mistake(at, std::move(problem));
  }

  Gathering* into_;
  ImportedCode code_;
  unsigned period_ = 30;
  std::optional<std::uint64_t> newest_used_;
  bool by_time_ = false;
  bool by_counter_ = false;
  bool damaged_ = false;
  std::size_t scratch_codes_ = 0;
  Place first_scratch_code_;
};

}  // namespace

void read_google_authenticator(std::string_view content, Gathering& into) {
  GoogleAuthenticatorFile(into).read(content);
}

}  // namespace usher::interchange
