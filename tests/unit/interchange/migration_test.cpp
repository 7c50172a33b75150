// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/interchange/protobuf.h"
#include "tests/unit/interchange/reading.h"

namespace usher::testing {
namespace {

using interchange::Field;
using interchange::Fields;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number > 0x7f; number >>= 7) bytes += static_cast<char>((number & 0x7f) | 0x80);
  return bytes + static_cast<char>(number);
}
std::string number_field(unsigned field, std::uint64_t number) {
  return varint(field << 3) + varint(number);
}
std::string bytes_field(unsigned field, std::string_view bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

/// A generator of an export; what is 0 is left out.
std::string generator(std::string_view secret, unsigned algorithm, unsigned digits, unsigned type) {
  std::string message = bytes_field(1, secret) + bytes_field(2, "ada");
  if (algorithm != 0) message += number_field(4, algorithm);
  if (digits != 0) message += number_field(5, digits);
  if (type != 0) message += number_field(6, type);
  return bytes_field(1, message);
}

std::string address(std::string_view message) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "otpauth-migration://offline?data=";
  unsigned bits = 0;
  unsigned held = 0;
  for (const char byte : message) {
    bits = (bits << 8 | static_cast<std::uint8_t>(byte)) & 0xffff;
    for (held += 8; held >= 6; held -= 6) text += kDigits[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kDigits[bits << (6 - held) & 63];
  return text + "\n";
}

Import read_message(std::string_view message) { return read(address(message), Format::otpauth); }

TEST(Migration, ExportInTwoPartsIsReadWhole) {
  const Import import = read(sample("phone-export"), Format::otpauth);
  EXPECT_THAT(findings_of(import), IsEmpty());
  ASSERT_EQ(import.codes.size(), 3U);
  const auto at = [&](std::size_t index) -> const ImportedCode& { return import.codes[index]; };
  EXPECT_EQ(at(0).user, "");
  EXPECT_EQ(at(0).account, "ada@box");
  EXPECT_EQ(at(0).label, "box:ada@box");
  EXPECT_EQ(at(0).parameters, OtpParameters{});
  EXPECT_EQ(at(0).seed.expose(), kSeed);
  EXPECT_EQ(at(1).label, "Example:ada");
  EXPECT_EQ(at(1).account, "ada");
  EXPECT_EQ(at(1).parameters, (OtpParameters{.algorithm = OtpAlgorithm::sha256, .digits = 8}));
  EXPECT_EQ(at(1).seed.size(), 32U);
  EXPECT_EQ(at(2).label, "counter");
  EXPECT_EQ(at(2).parameters,
            (OtpParameters{.kind = OtpKind::hotp, .algorithm = OtpAlgorithm::sha512}));
  EXPECT_EQ(at(2).last_step, 6U);
  EXPECT_EQ(at(2).at.line, 2U);
}

TEST(Migration, PartThatIsMissingIsSaid) {
  const std::string both = sample("phone-export");
  const Import import = read(both.substr(0, both.find('\n')), Format::otpauth);
  EXPECT_THAT(import.codes, SizeIs(2));
  EXPECT_THAT(findings_of(import),
              ElementsAre("1:1 mistake: of the 2 parts of this export, 1 are here"));
}

TEST(Migration, PartThatWasThereBeforeIsNotReadAgain) {
  const std::string both = sample("phone-export");
  const Import import = read(both + both.substr(0, both.find('\n')), Format::otpauth);
  EXPECT_THAT(import.codes, SizeIs(3));
  EXPECT_THAT(findings_of(import),
              ElementsAre("3:1 mistake: part 1 of this export was there before"));
}

TEST(Migration, WhatIsNotSaidIsTheUsual) {
  EXPECT_EQ(only_code(read_message(generator(kSeed, 0, 0, 2))).parameters, OtpParameters{});
}

TEST(Migration, UnknownChoicesAreRefused) {
  EXPECT_THAT(refusal_of(read_message(generator(kSeed, 4, 1, 2))),
              HasSubstr("its algorithm is MD5"));
  EXPECT_THAT(refusal_of(read_message(generator(kSeed, 5, 1, 2))), HasSubstr("algorithm number 5"));
  EXPECT_THAT(refusal_of(read_message(generator(kSeed, 1, 3, 2))), HasSubstr("digits number 3"));
  EXPECT_THAT(refusal_of(read_message(generator(kSeed, 1, 1, 0))), HasSubstr("type number 0"));
  EXPECT_THAT(refusal_of(read_message(generator(kSeed, 1, 1, 3))), HasSubstr("type number 3"));
}

TEST(Migration, SecretHasBounds) {
  EXPECT_THAT(refusal_of(read_message(generator("1234567890", 1, 1, 2))), HasSubstr("80 bits"));
  EXPECT_THAT(refusal_of(read_message(generator("", 1, 1, 2))), HasSubstr("there is no secret"));
  EXPECT_THAT(refusal_of(read_message(generator(std::string(129, 'x'), 1, 1, 2))),
              HasSubstr("1032 bits"));
  EXPECT_THAT(refusal_of(read_message(generator(std::string(2'000, 'x'), 1, 1, 2))),
              HasSubstr("too long"));
}

TEST(Migration, ExportThatIsCutAnywhereIsRefusedWhole) {
  const std::string message = generator(kSeed, 1, 1, 2) +
                              generator("abcdefghijklmnopqrst", 1, 1, 2) + number_field(2, 1) +
                              number_field(3, 2) + number_field(4, 0);
  for (std::size_t size = 0; size < message.size(); ++size) {
    const Import import = read_message(message.substr(0, size));
    // Where a field ends, nothing tells that there was more.
    EXPECT_TRUE(!import.codes.empty() || !import.findings.empty()) << size;
  }
  const Import cut = read_message(message.substr(0, message.size() - 7));
  EXPECT_THAT(refusal_of(cut), HasSubstr("this export is damaged"));
}

TEST(Migration, GeneratorThatIsDamagedIsRefused) {
  EXPECT_THAT(refusal_of(read_message(bytes_field(1, "\x0a\x7f"))),
              HasSubstr("a generator in this export is damaged"));
}

TEST(Migration, PartsAreCountedSanely) {
  const auto with_parts = [](std::uint64_t parts, std::uint64_t part) {
    return generator(kSeed, 1, 1, 2) + number_field(3, parts) + number_field(4, part);
  };
  EXPECT_THAT(refusal_of(read_message(with_parts(1'001, 0))), HasSubstr("this export is damaged"));
  EXPECT_THAT(refusal_of(read_message(with_parts(2, 2))), HasSubstr("this export is damaged"));
  EXPECT_EQ(only_code(read_message(with_parts(0, 0))).account, "ada");
}

TEST(Migration, AddressThatIsNoneIsRefused) {
  for (const char* text :
       {"otpauth-migration://offline", "otpauth-migration://offline?data=",
        "otpauth-migration://offline?data=%", "otpauth-migration://offline?data=A",
        "otpauth-migration://offline?data=A*AA", "otpauth-migration://online?data=AAAA"})
    EXPECT_THAT(refusal_of(read(text, Format::otpauth)),
                HasSubstr("1:1 mistake: this is no export"))
        << text;
}

TEST(Protobuf, FieldsOfEveryWireTypeArePassedOrRead) {
  const std::string message = varint(9 << 3 | 1) + "12345678" + varint(9 << 3 | 5) + "1234" +
                              number_field(2, 300) + bytes_field(3, "abc");
  Fields fields(message);
  EXPECT_EQ(fields.next()->number, 9U);
  EXPECT_EQ(fields.next()->number, 9U);
  EXPECT_EQ(fields.next()->value, 300U);
  EXPECT_EQ(fields.next()->bytes, "abc");
  EXPECT_FALSE(fields.next());
  EXPECT_FALSE(fields.is_broken());
}

TEST(Protobuf, BrokenMessageEndsThere) {
  using namespace std::string_view_literals;
  for (const std::string_view message :
       {"\x08"sv, "\x08\x80"sv, "\x0a\x02x"sv, "\x0a"sv, "\x0b"sv, "\x0c"sv, "\x0e"sv, "\x0f"sv,
        "\x09\x31"sv, "\x0d\x31"sv, "\x00\x01"sv, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv,
        "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv, "\x80"sv}) {
    Fields fields(message);
    EXPECT_FALSE(fields.next());
    EXPECT_TRUE(fields.is_broken());
    EXPECT_FALSE(fields.next());
  }
}

TEST(Protobuf, LargestNumberIsRead) {
  const std::string message = number_field(1, ~std::uint64_t{0});
  Fields fields(message);
  EXPECT_EQ(fields.next()->value, ~std::uint64_t{0});
}

}  // namespace
}  // namespace usher::testing
