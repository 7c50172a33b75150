// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/otp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>

namespace usher {
namespace {

// How far a code's time step may be from now, or from where the generator's clock last stood, to
// count (RFC 6238 sections 5.2 and 6).
constexpr int kWindow = 1;
// How far it is looked for to tell the administrator that a clock is off.
constexpr int kHorizon = kMostDrift;
// How many codes a generator that counts may be ahead, from buttons that were pressed for nothing
// (RFC 4226 section 7.2): of one code, and of two in a row (section 7.4).
constexpr std::uint64_t kLookAhead = 10;
constexpr std::uint64_t kResynchronisation = 100;
// How many spent codes are recognised as such, for the administrator.
constexpr std::uint64_t kLookBack = 10;

// Where a typed code stands among a generator's codes.
struct Sighting {
  std::optional<int> within;  // how far from now the newest step is that it fits and that counts
  std::optional<int> beyond;  // else how many steps from now it would have fitted
};

bool counts(int offset, int drift) {
  return std::abs(offset) <= kWindow || std::abs(offset - drift) <= kWindow;
}

std::uint64_t step_at(std::uint64_t now, int offset) {
  return now + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
}

// Does the same work whatever was typed and wherever it fits.
Result<Sighting> sight(const Secret& seed, const OtpParameters& parameters, const CodeDigits& typed,
                       std::uint64_t now, int drift) {
  Sighting sighting;
  for (int offset = -kHorizon; offset <= kHorizon; ++offset) {
    if (offset < 0 && static_cast<std::uint64_t>(-offset) > now) continue;  // before 1970
    const auto code = CodeDigits::of_step(seed, parameters, step_at(now, offset));
    if (!code) return std::unexpected(code.error());
    if (!code->equals(typed)) continue;
    if (counts(offset, drift))
      sighting.within = offset;
    else
      sighting.beyond = offset;
  }
  return sighting;
}

// What is wrong with the code of one generator, worst first: the last one that applies is told.
enum class Trouble : std::uint8_t { wrong = 1, beyond_window, spent, clock_ran_ahead };

struct Judgement {
  std::optional<std::uint64_t> step;  // where it holds
  int drift = 0;                      // then
  Trouble trouble = Trouble::wrong;
  std::string reason = "wrong code";
};

std::string words_for_offset(const OtpCredential& credential, int offset) {
  return fmt::format("{} steps of {} s {} this machine's clock", std::abs(offset),
                     credential.parameters.period, offset < 0 ? "behind" : "ahead of");
}

Judgement judge_sighting(const OtpCredential& credential, const Sighting& sighting,
                         std::uint64_t now) {
  if (!sighting.within) {
    if (!sighting.beyond) return {};
    return {.trouble = Trouble::beyond_window,
            .reason = "code is " + words_for_offset(credential, *sighting.beyond)};
  }
  const int offset = *sighting.within;
  const std::uint64_t step = step_at(now, offset);
  // Not only the spent step itself: after a later code, no earlier one counts.
  if (credential.last_step && step <= *credential.last_step) {
    if (*credential.last_step > now + kHorizon)
      return {.trouble = Trouble::clock_ran_ahead,
              .reason = fmt::format("codes are spent up to {} steps of {} s ahead of this "
                                    "machine's clock, which must have run ahead",
                                    *credential.last_step - now, credential.parameters.period)};
    return {.trouble = Trouble::spent, .reason = "code already used"};
  }
  Judgement held{
      .step = step, .drift = offset, .reason = fmt::format("code of \"{}\"", credential.label)};
  if (std::abs(offset) > kWindow)
    held.reason += fmt::format(", whose clock is {}", words_for_offset(credential, offset));
  return held;
}

Result<Judgement> judge_time(const OtpCredential& credential, const Secret& answer,
                             std::int64_t wall_microseconds) {
  const std::uint64_t now = totp_step(wall_microseconds, credential.parameters);
  const auto sighting = sight(credential.seed, credential.parameters, CodeDigits::typed(answer),
                              now, credential.drift);
  if (!sighting) return std::unexpected(sighting.error());
  return judge_sighting(credential, *sighting, now);
}

// Where among the codes of counters from `first` on the typed one is; none within `count`. Does the
// same work wherever it is.
Result<std::optional<std::uint64_t>> sight_counter(const OtpCredential& credential,
                                                   const CodeDigits& typed, std::uint64_t first,
                                                   std::uint64_t count) {
  std::optional<std::uint64_t> found;
  for (std::uint64_t counter = first; counter < first + count; ++counter) {
    const auto code = CodeDigits::of_step(credential.seed, credential.parameters, counter);
    if (!code) return std::unexpected(code.error());
    if (code->equals(typed) && !found) found = counter;
  }
  return found;
}

// Two codes in a row, which nobody guesses who doesn't see them.
Result<Judgement> judge_pair(const OtpCredential& credential,
                             const std::pair<CodeDigits, CodeDigits>& typed, std::uint64_t next) {
  Judgement judged{.reason = "two codes, not in a row or too far ahead"};
  for (std::uint64_t counter = next; counter < next + kResynchronisation; ++counter) {
    const auto one = CodeDigits::of_step(credential.seed, credential.parameters, counter);
    if (!one) return std::unexpected(one.error());
    const auto other = CodeDigits::of_step(credential.seed, credential.parameters, counter + 1);
    if (!other) return std::unexpected(other.error());
    if (one->equals(typed.first) && other->equals(typed.second) && !judged.step) {
      judged.step = counter + 1;
      judged.reason = fmt::format("two codes in a row of \"{}\", which was {} ahead",
                                  credential.label, counter - next);
    }
  }
  return judged;
}

Result<Judgement> judge_counter(const OtpCredential& credential, const Secret& answer) {
  const std::uint64_t next = credential.last_step ? *credential.last_step + 1 : 0;
  if (const auto pair = CodeDigits::typed_pair(answer, credential.parameters.digits))
    return judge_pair(credential, *pair, next);
  const CodeDigits typed = CodeDigits::typed(answer);
  const auto ahead = sight_counter(credential, typed, next, kResynchronisation);
  if (!ahead) return std::unexpected(ahead.error());
  const std::uint64_t back = std::min(kLookBack, next);
  const auto spent = sight_counter(credential, typed, next - back, back);
  if (!spent) return std::unexpected(spent.error());

  if (*ahead && **ahead < next + kLookAhead)
    return Judgement{.step = *ahead, .reason = fmt::format("code of \"{}\"", credential.label)};
  if (*ahead)
    return Judgement{.trouble = Trouble::beyond_window,
                     .reason = fmt::format("code is {} ahead of the last one: it takes two in a "
                                           "row, typed one behind the other",
                                           **ahead - next)};
  if (*spent) return Judgement{.trouble = Trouble::spent, .reason = "code already used"};
  return Judgement{};
}

// Compares with every generator, whichever holds, and spends one.
Result<FactorCheck> check_all(std::span<const OtpCredential> credentials, const Secret& answer,
                              std::int64_t wall_microseconds) {
  FactorCheck result;
  Trouble told{};
  for (const OtpCredential& credential : credentials) {
    auto judgement = credential.parameters.kind == OtpKind::hotp
                         ? judge_counter(credential, answer)
                         : judge_time(credential, answer, wall_microseconds);
    if (!judgement) return std::unexpected(std::move(judgement.error()));
    if (result.held()) continue;
    if (judgement->step) {
      result.outcome = FactorCheck::Outcome::held;
      result.tie = {.kind = ProofTie::Kind::otp, .otp = credential.id};
      result.effects.emplace_back(SpendOtp{
          .credential = credential.id, .step = *judgement->step, .drift = judgement->drift});
      result.reason = std::move(judgement->reason);
    } else if (judgement->trouble > told) {
      told = judgement->trouble;
      result.reason = std::move(judgement->reason);
    }
  }
  return result;
}

}  // namespace

Result<std::optional<std::uint64_t>> matching_step(const Secret& seed,
                                                   const OtpParameters& parameters,
                                                   const Secret& code,
                                                   std::int64_t wall_microseconds) {
  OtpCredential fresh{.parameters = parameters};
  if (!fresh.seed.assign(seed.expose())) return failure("no memory for a seed");
  const auto judgement = parameters.kind == OtpKind::hotp
                             ? judge_counter(fresh, code)
                             : judge_time(fresh, code, wall_microseconds);
  if (!judgement) return std::unexpected(judgement.error());
  return judgement->step;
}

OtpFactor::OtpFactor(Store& store, const Clock& clock)
    : store_(&store), clock_(&clock), decoy_(new_seed(OtpAlgorithm::sha1)) {}

// Who has no generator gets one that nobody has: the same path, the same work.
Result<OtpCredential> OtpFactor::decoy() const {
  OtpCredential credential;
  if (!credential.seed.assign(decoy_.expose())) return failure("no memory for a seed");
  return credential;
}

Result<FactorCheck> OtpFactor::check(std::string_view user, const Secret& answer, Deadline) {
  if (!answer.valid()) return failure("no memory for an answer");
  auto credentials = store_->otp_credentials(user);
  if (!credentials) return std::unexpected(credentials.error());
  const bool enrolled = !credentials->empty();
  if (!enrolled) {
    auto nobodys = decoy();
    if (!nobodys) return std::unexpected(nobodys.error());
    credentials->push_back(*std::move(nobodys));
  }
  auto result = check_all(*credentials, answer, clock_->wall_microseconds());
  if (enrolled || !result) return result;
  FactorCheck refused;
  refused.outcome = FactorCheck::Outcome::not_enrolled;
  refused.reason = "no code generator enrolled";
  return refused;
}

}  // namespace usher
