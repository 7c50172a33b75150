// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/factors/factor_check.h"
#include "daemon/factors/otp_enrolment.h"
#include "daemon/factors/totp.h"
#include "daemon/host/clock.h"
#include "daemon/model/effect.h"
#include "daemon/store/store.h"

namespace usher {

/// The step within one of now whose code this is, newest spent or not; none where no step fits.
/// Spaces in `code` don't count. Always computes and compares all three.
[[nodiscard]] Result<std::optional<std::uint64_t>> matching_step(const Secret& seed,
                                                                 const OtpParameters& parameters,
                                                                 const Secret& code,
                                                                 std::int64_t wall_microseconds);

/// The `otp` factor: TOTP, plus or minus one step. Thread-safe.
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
