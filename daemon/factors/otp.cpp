// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/otp.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <utility>

namespace usher {
namespace {

// How far the code's step may be from now to count (RFC 6238 section 5.2).
constexpr int kWindow = 1;
// How far it is looked for to tell the administrator that a clock is off.
constexpr int kHorizon = 10;

// Where a typed code stands among a generator's codes.
struct Sighting {
  std::optional<std::uint64_t> within;  // the newest step in the window that it fits
  std::optional<int> beyond;            // else how many steps from now it would have fitted
};

// Does the same work whatever was typed and wherever it fits.
Result<Sighting> sight(const Secret& seed, const OtpParameters& parameters, const CodeDigits& typed,
                       std::uint64_t now, int horizon) {
  Sighting sighting;
  for (int offset = -horizon; offset <= horizon; ++offset) {
    const auto distance = static_cast<std::uint64_t>(offset < 0 ? -offset : offset);
    if (offset < 0 && distance > now) continue;  // before 1970
    const std::uint64_t step = offset < 0 ? now - distance : now + distance;
    const auto code = CodeDigits::of_step(seed, parameters, step);
    if (!code) return std::unexpected(code.error());
    if (!code->equals(typed)) continue;
    if (distance <= kWindow)
      sighting.within = step;
    else
      sighting.beyond = offset;
  }
  return sighting;
}

// What is wrong with the code of one generator, worst first: the last one that applies is told.
enum class Trouble : std::uint8_t { wrong = 1, beyond_window, spent, clock_ran_ahead };

struct Judgement {
  std::optional<std::uint64_t> step;  // where it holds
  Trouble trouble = Trouble::wrong;
  std::string reason = "wrong code";
};

Judgement judge_sighting(const OtpCredential& credential, const Sighting& sighting,
                         std::uint64_t now) {
  if (!sighting.within) {
    if (!sighting.beyond) return {};
    const int offset = *sighting.beyond;
    return {.trouble = Trouble::beyond_window,
            .reason = fmt::format("code is {} steps of {} s {} this machine's clock",
                                  offset < 0 ? -offset : offset, credential.parameters.period,
                                  offset < 0 ? "behind" : "ahead of")};
  }
  // Not only the spent step itself: after a later code, no earlier one counts.
  if (credential.last_step && *sighting.within <= *credential.last_step) {
    if (*credential.last_step > now + kWindow)
      return {.trouble = Trouble::clock_ran_ahead,
              .reason = fmt::format("codes are spent up to {} steps of {} s ahead of this "
                                    "machine's clock, which must have run ahead",
                                    *credential.last_step - now, credential.parameters.period)};
    return {.trouble = Trouble::spent, .reason = "code already used"};
  }
  return {.step = sighting.within, .reason = fmt::format("code of \"{}\"", credential.label)};
}

// Compares with every generator, whichever holds, and spends one.
Result<FactorCheck> check_all(std::span<const OtpCredential> credentials, const CodeDigits& typed,
                              std::int64_t wall_microseconds) {
  FactorCheck result;
  Trouble told{};
  for (const OtpCredential& credential : credentials) {
    const std::uint64_t now = totp_step(wall_microseconds, credential.parameters);
    const auto sighting = sight(credential.seed, credential.parameters, typed, now, kHorizon);
    if (!sighting) return std::unexpected(sighting.error());
    Judgement judgement = judge_sighting(credential, *sighting, now);
    if (result.held()) continue;
    if (judgement.step) {
      result.outcome = FactorCheck::Outcome::held;
      result.tie = {.kind = ProofTie::Kind::otp, .otp = credential.id};
      result.effects.emplace_back(SpendOtp{.credential = credential.id, .step = *judgement.step});
      result.reason = std::move(judgement.reason);
    } else if (judgement.trouble > told) {
      told = judgement.trouble;
      result.reason = std::move(judgement.reason);
    }
  }
  return result;
}

}  // namespace

Result<std::optional<std::uint64_t>> matching_step(const Secret& seed,
                                                   const OtpParameters& parameters,
                                                   const Secret& code,
                                                   std::int64_t wall_microseconds) {
  const auto sighting = sight(seed, parameters, CodeDigits::typed(code),
                              totp_step(wall_microseconds, parameters), kWindow);
  if (!sighting) return std::unexpected(sighting.error());
  return sighting->within;
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
  auto result = check_all(*credentials, CodeDigits::typed(answer), clock_->wall_microseconds());
  if (enrolled || !result) return result;
  FactorCheck refused;
  refused.outcome = FactorCheck::Outcome::not_enrolled;
  refused.reason = "no code generator enrolled";
  return refused;
}

}  // namespace usher
