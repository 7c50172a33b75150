// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/format.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/unit/interchange/reading.h"

namespace usher::testing {
namespace {

using interchange::format_named;
using interchange::format_of;

TEST(Format, IsToldByWhatIsInTheFile) {
  EXPECT_EQ(format_of(sample("google-authenticator-used")), Format::google_authenticator);
  EXPECT_EQ(format_of(sample("google-authenticator-counter")), Format::google_authenticator);
  EXPECT_EQ(format_of(sample("users.oath")), Format::users_oath);
  EXPECT_EQ(format_of(sample("addresses")), Format::otpauth);
  EXPECT_EQ(format_of(sample("phone-export")), Format::otpauth);
  EXPECT_EQ(format_of(sample("table.csv")), Format::csv);
}

TEST(Format, IsToldByWhatIsLeftOfADamagedFile) {
  EXPECT_EQ(format_of("???\n\" TOTP_AUTH\n"), Format::google_authenticator);
  EXPECT_EQ(format_of("\n\nHOTP ada\n"), Format::users_oath);
  EXPECT_EQ(format_of("\xEF\xBB\xBF\"Secret\",user\n"), Format::csv);
  EXPECT_EQ(format_of("# mine\n  OTPAUTH://"), Format::otpauth);
}

TEST(Format, OfAnythingElseIsNotKnown) {
  EXPECT_EQ(format_of(""), std::nullopt);
  EXPECT_EQ(format_of("\n# nothing\n"), std::nullopt);
  EXPECT_EQ(format_of(std::string("\x7f"
                                  "ELF\0\0\n\xff",
                                  8)),
            std::nullopt);
  EXPECT_EQ(format_of("ada,phone\n"), std::nullopt);
  EXPECT_EQ(format_of("root:x:0:0:root:/root:/bin/bash\n"), std::nullopt);
  EXPECT_EQ(format_of("HOTP\n"), std::nullopt);
}

TEST(Format, NamesAreReadAsTheyAreWritten) {
  for (const std::string_view name : interchange::format_names()) {
    const auto format = format_named(name);
    ASSERT_TRUE(format);
    EXPECT_EQ(name_of(*format), name);
  }
  EXPECT_EQ(format_named("excel"), std::nullopt);
  EXPECT_EQ(format_named(""), std::nullopt);
}

}  // namespace
}  // namespace usher::testing
