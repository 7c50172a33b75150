// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/factors/code_digits.h"
#include "daemon/factors/factor_check.h"
#include "daemon/factors/otp_enrolment.h"
#include "daemon/host/clock.h"
#include "daemon/model/effect.h"
#include "daemon/store/store.h"

namespace usher {

/// Where `code` stands for a generator that is being enrolled: the newest time step within one of
/// now (TOTP), or the counter within the look-ahead from 0 (HOTP). None where it fits nowhere.
[[nodiscard]] Result<std::optional<std::uint64_t>> matching_step(const Secret& seed,
                                                                 const OtpParameters& parameters,
                                                                 const Secret& code,
                                                                 std::int64_t wall_microseconds);

/// The `otp` factor. TOTP: a code of now or of a step beside it, or of where the generator's clock
/// stood at its last success, give or take one. HOTP: one of the next ten codes, or two in a row
/// among the next hundred, typed one behind the other. Thread-safe.
class OtpFactor final : public AskedFactor {
 public:
  /// `store` and `clock` must outlive the factor.
  OtpFactor(Store& store, const Clock& clock);

  [[nodiscard]] std::string_view label() const override { return "One-time code"; }
  [[nodiscard]] PromptPurpose purpose() const override { return PromptPurpose::other; }
  /// Compares with all of the user's generators; success spends the step of the one that matched.
  [[nodiscard]] Result<FactorCheck> check(std::string_view user, const Secret& answer,
                                          Deadline deadline) override;

 private:
  [[nodiscard]] Result<OtpCredential> decoy() const;

  Store* store_;
  const Clock* clock_;
  Secret decoy_;  // the seed of those who have none
};

}  // namespace usher
