// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/login/hearing.h"

namespace usher {

/// What a first generator is called where nobody says.
inline constexpr std::string_view kDefaultCodeLabel = "default";

/// What a generator that is to be enrolled is like, and how it is offered.
struct NewGenerator {
  std::string label;
  OtpParameters parameters;
  bool qr = true;
  std::string_view before;  // what is said first, in lines of their own; may be empty
  bool may_skip = false;    // an empty answer in place of the first code
};

/// What became of the offer.
struct OfferedGenerator {
  enum class Outcome : std::uint8_t {
    confirmed = 1,
    skipped,  // the person pressed Enter where they may
    no_match,
  };
  Outcome outcome = Outcome::no_match;
  AddOtp added;  // to be committed, where confirmed
};

/// Shows a fresh seed in every form an app can take it, until a code of it confirms that it was
/// taken. Changes nothing: with the dialogue goes the seed.
[[nodiscard]] std::expected<Result<OfferedGenerator>, DialogueEnd> offer_generator(
    Hearing& hearing, const std::string& user, const NewGenerator& wanted);

/// The operation `otp.add`: a further generator, or a first one by the person's own wish.
[[nodiscard]] Outcome enrol_otp(Hearing& hearing, const std::string& user);

}  // namespace usher
