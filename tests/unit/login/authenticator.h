// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/factors/code_digits.h"

namespace usher::testing {

inline std::string decode_base32(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string bytes;
  unsigned buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    buffer = buffer << 5 | static_cast<unsigned>(alphabet.find(c));
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(buffer >> bits & 0xff);
  }
  return bytes;
}

/// Makes the code of `step` that the address in `prompt` gives, as an authenticator does.
inline std::string code_shown_by(std::string_view prompt, std::uint64_t step,
                                 const OtpParameters& parameters = {}) {
  const auto at = prompt.find("secret=");
  EXPECT_NE(at, std::string_view::npos) << prompt;
  const std::string_view base32 = prompt.substr(at + 7, prompt.find_first_of("&\n", at) - at - 7);
  Secret seed;
  EXPECT_TRUE(seed.assign(decode_base32(base32)));
  const auto made = code_of(seed, parameters, step);
  return made ? std::string(made->expose()) : "";
}

}  // namespace usher::testing
