// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/model/effect.h"
#include "daemon/store/sqlite.h"

namespace usher {

/// The columns that say how a generator makes codes, for otp_parameters_in().
#define USHER_OTP_PARAMETERS "kind, algorithm, digits, period"

/// The parameters in the columns from `first`; the schema keeps them in range.
[[nodiscard]] inline OtpParameters otp_parameters_in(const Query& row, int first) {
  return {.kind = static_cast<OtpKind>(row.integer(first)),
          .algorithm = static_cast<OtpAlgorithm>(row.integer(first + 1)),
          .digits = static_cast<unsigned>(row.integer(first + 2)),
          .period = static_cast<unsigned>(row.integer(first + 3))};
}

}  // namespace usher
