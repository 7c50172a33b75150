// SPDX-License-Identifier: Apache-2.0
#include "usher/codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace usher {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename Message>
Bytes encoded(const Message& message) {
  Bytes packet(kMaxPacket);
  packet.resize(encode(message, packet));
  return packet;
}

/// A field as it stands in a packet, so that a test can build what encode() never would.
struct RawField {
  std::uint8_t tag;
  std::string bytes;
};

std::vector<RawField> fields_of(const Bytes& packet) {
  std::vector<RawField> fields;
  for (std::size_t at = 1; at < packet.size();) {
    const std::size_t size = static_cast<std::size_t>(packet[at + 1]) << 8 | packet[at + 2];
    const auto begin = packet.begin() + static_cast<std::ptrdiff_t>(at + 3);
    fields.push_back({packet[at], std::string(begin, begin + static_cast<std::ptrdiff_t>(size))});
    at += 3 + size;
  }
  return fields;
}

Bytes packet_of(MessageType type, const std::vector<RawField>& fields) {
  Bytes packet{static_cast<std::uint8_t>(type)};
  for (const RawField& field : fields) {
    packet.push_back(field.tag);
    packet.push_back(static_cast<std::uint8_t>(field.bytes.size() >> 8));
    packet.push_back(static_cast<std::uint8_t>(field.bytes.size() & 0xff));
    packet.insert(packet.end(), field.bytes.begin(), field.bytes.end());
  }
  return packet;
}

Begin full_begin() {
  return Begin{.phase = Phase::manage,
               .pam_flags = 0x80008001,
               .service = "sshd",
               .user = "j\xc3\xb6rg",
               .tty = "ssh",
               .rhost = "2001:db8::1",
               .ruser = "root",
               .auth_info = "publickey ssh-ed25519 AAAA\n",
               .manage = {.operation = "otp.add",
                          .label = "phone",
                          .algorithm = "SHA256",
                          .digits = 8,
                          .period = 60,
                          .plain = 1},
               .password_proven_by = "pam_sss",
               .auth_info_set = 1};
}

Prompt full_prompt() {
  return Prompt{.style = PromptStyle::hidden, .purpose = PromptPurpose::password, .text = "PW: "};
}

Verdict full_verdict() {
  return Verdict{
      .seal = Seal::success, .pam_code = 0x01020304, .password_length = 0x0506, .text = "hi"};
}

TEST(Codec, HelloHasTheseBytes) {
  EXPECT_EQ(encoded(Hello{.oldest = 1, .newest = 0x0203}),
            (Bytes{1, 1, 0, 2, 0, 1, 2, 0, 2, 2, 3}));
}

TEST(Codec, PromptHasTheseBytes) {
  EXPECT_EQ(encoded(full_prompt()),
            (Bytes{3, 1, 0, 1, 1, 2, 0, 1, 2, 3, 0, 4, 'P', 'W', ':', ' '}));
}

TEST(Codec, VerdictHasTheseBytes) {
  EXPECT_EQ(encoded(full_verdict()),
            (Bytes{7, 1, 0, 8, 0xc6, 0x93, 0x47, 0x2a, 0x5b, 0xe0, 0xd9, 0x1f, 2,   0,  4,
                   1, 2, 3, 4, 3,    0,    2,    5,    6,    4,    0,    2,    'h', 'i'}));
}

TEST(Codec, CancelAndRestartAreOneByte) {
  EXPECT_EQ(encoded(Cancel{}), Bytes{5});
  EXPECT_EQ(encoded(Restart{}), Bytes{6});
}

TEST(Codec, HelloComesBackAsItWent) {
  const auto packet = encoded(Hello{.oldest = 3, .newest = 0xfffe});
  const auto hello = decode<Hello>(packet);
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->oldest, 3);
  EXPECT_EQ(hello->newest, 0xfffe);
}

TEST(Codec, BeginComesBackAsItWent) {
  const Begin sent = full_begin();
  const auto packet = encoded(sent);
  const auto begin = decode<Begin>(packet);
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->phase, sent.phase);
  EXPECT_EQ(begin->pam_flags, sent.pam_flags);
  EXPECT_EQ(begin->service, sent.service);
  EXPECT_EQ(begin->user, sent.user);
  EXPECT_EQ(begin->tty, sent.tty);
  EXPECT_EQ(begin->rhost, sent.rhost);
  EXPECT_EQ(begin->ruser, sent.ruser);
  EXPECT_EQ(begin->auth_info, sent.auth_info);
  EXPECT_EQ(begin->manage.operation, sent.manage.operation);
  EXPECT_EQ(begin->manage.label, sent.manage.label);
  EXPECT_EQ(begin->manage.algorithm, sent.manage.algorithm);
  EXPECT_EQ(begin->manage.digits, sent.manage.digits);
  EXPECT_EQ(begin->manage.period, sent.manage.period);
  EXPECT_EQ(begin->manage.plain, sent.manage.plain);
  EXPECT_EQ(begin->password_proven_by, sent.password_proven_by);
  EXPECT_EQ(begin->auth_info_set, sent.auth_info_set);
}

TEST(Codec, PromptComesBackAsItWent) {
  const auto packet = encoded(full_prompt());
  const auto prompt = decode<Prompt>(packet);
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->style, PromptStyle::hidden);
  EXPECT_EQ(prompt->purpose, PromptPurpose::password);
  EXPECT_EQ(prompt->text, "PW: ");
}

TEST(Codec, AnswerComesBackAsItWentWhateverItsBytes) {
  for (const std::string_view secret : {"", "correct horse", "\xff\xfe\x80 not UTF-8", "\n\r\t"}) {
    const auto packet = encoded(Answer{.secret = secret});
    const auto answer = decode<Answer>(packet);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->secret, secret);
  }
}

TEST(Codec, VerdictComesBackAsItWentUnderEverySeal) {
  for (const Seal seal : {Seal::denied, Seal::success, Seal::ignore}) {
    Verdict sent = full_verdict();
    sent.seal = seal;
    const auto packet = encoded(sent);
    const auto verdict = decode<Verdict>(packet);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->seal, seal);
    EXPECT_EQ(verdict->pam_code, 0x01020304U);
    EXPECT_EQ(verdict->password_length, 0x0506);
    EXPECT_EQ(verdict->text, "hi");
  }
}

TEST(Codec, EveryFieldHasRoomForItsLimitInOnePacket) {
  const std::string name(kMaxName, 'n');
  const std::string info(kMaxAuthInfo, 'i');
  const std::string operation(kMaxOperation, 'o');
  const std::string label(kMaxLabel, 'l');
  const auto packet =
      encoded(Begin{.phase = Phase::manage,
                    .service = name,
                    .user = name,
                    .tty = name,
                    .rhost = name,
                    .ruser = name,
                    .auth_info = info,
                    .manage = {.operation = operation, .label = label, .algorithm = label}});
  const auto begin = decode<Begin>(packet);
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->auth_info, info);
  EXPECT_EQ(begin->ruser, name);
}

TEST(Codec, LimitsAreThoseOfTheProtocol) {
  EXPECT_EQ(kMaxPacket, 16384U);
  EXPECT_EQ(kMaxName, 256U);
  EXPECT_EQ(kMaxSecret, 1024U);
  EXPECT_EQ(kMaxText, 4096U);
  EXPECT_EQ(kMaxAuthInfo, 8192U);
  EXPECT_EQ(kMaxOperation, 32U);
  EXPECT_EQ(kMaxLabel, 64U);
}

TEST(Codec, DecodesViewsIntoThePacketAndNothingElse) {
  const auto packet = encoded(Answer{.secret = "abc"});
  const auto answer = decode<Answer>(packet);
  ASSERT_TRUE(answer);
  EXPECT_EQ(reinterpret_cast<const std::uint8_t*>(answer->secret.data()), packet.data() + 4);
}

TEST(Codec, FieldsMayStandInAnyOrder) {
  auto fields = fields_of(encoded(full_begin()));
  std::reverse(fields.begin(), fields.end());
  const auto packet = packet_of(MessageType::begin, fields);
  const auto begin = decode<Begin>(packet);
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->user, "j\xc3\xb6rg");
}

TEST(Codec, RefusesToEncodeWhereThereIsNoRoom) {
  const auto whole = encoded(full_verdict());
  for (std::size_t room = 0; room < whole.size(); ++room) {
    Bytes packet(room);
    EXPECT_EQ(encode(full_verdict(), packet), 0U) << room;
  }
  Bytes exact(whole.size());
  EXPECT_EQ(encode(full_verdict(), exact), whole.size());
}

TEST(Codec, RefusesToEncodeANulOrAnEnumerationOutOfRange) {
  Bytes packet(kMaxPacket);
  EXPECT_EQ(encode(Answer{.secret = std::string_view("a\0b", 3)}, packet), 0U);
  EXPECT_EQ(encode(Prompt{.style = PromptStyle{0}, .text = ""}, packet), 0U);
  EXPECT_EQ(encode(Prompt{.style = PromptStyle{5}, .text = ""}, packet), 0U);
  EXPECT_EQ(encode(Begin{.phase = Phase{0}}, packet), 0U);
  EXPECT_EQ(encode(Begin{.phase = Phase{7}}, packet), 0U);
}

TEST(Codec, TypeIsOneOfSeven) {
  EXPECT_EQ(type_of({}).error(), DecodeError::empty);
  for (int byte = 0; byte < 256; ++byte) {
    const Bytes packet{static_cast<std::uint8_t>(byte)};
    EXPECT_EQ(type_of(packet).has_value(), byte >= 1 && byte <= 7) << byte;
  }
}

TEST(Codec, AFlippedBitInASealIsNoSeal) {
  for (const Seal seal : {Seal::denied, Seal::success, Seal::ignore}) {
    for (int bit = 0; bit < 64; ++bit) {
      const auto flipped = static_cast<std::uint64_t>(seal) ^ (std::uint64_t{1} << bit);
      auto packet = encoded(Verdict{.seal = static_cast<Seal>(flipped)});
      ASSERT_FALSE(packet.empty());
      const auto verdict = decode<Verdict>(packet);
      ASSERT_FALSE(verdict);
      EXPECT_EQ(verdict.error(), DecodeError::bad_value);
    }
  }
}

TEST(Codec, SealsAreManyBitsFromEachOtherAndFromNothing) {
  const auto far = [](Seal a, std::uint64_t b) {
    return std::popcount(static_cast<std::uint64_t>(a) ^ b) >= 20;
  };
  for (const Seal seal : {Seal::denied, Seal::success, Seal::ignore}) {
    EXPECT_TRUE(far(seal, 0));
    EXPECT_TRUE(far(seal, ~std::uint64_t{0}));
  }
  EXPECT_TRUE(far(Seal::success, static_cast<std::uint64_t>(Seal::denied)));
  EXPECT_TRUE(far(Seal::success, static_cast<std::uint64_t>(Seal::ignore)));
  EXPECT_TRUE(far(Seal::ignore, static_cast<std::uint64_t>(Seal::denied)));
}

/// Each message, with the limits of its text fields by tag, for what must hold for all of them.
struct Kind {
  const char* name;
  MessageType type;
  Bytes packet;
  std::vector<std::pair<std::uint8_t, std::size_t>> texts;
  std::vector<std::pair<std::uint8_t, std::string>> bad_values;
  std::function<DecodeError(const Bytes&)> error_of;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

template <typename Message>
Kind kind(const char* name, const Message& message,
          std::vector<std::pair<std::uint8_t, std::size_t>> texts,
          std::vector<std::pair<std::uint8_t, std::string>> bad_values) {
  return Kind{name,
              Message::kType,
              encoded(message),
              std::move(texts),
              std::move(bad_values),
              [](const Bytes& packet) {
                const auto decoded = decode<Message>(packet);
                return decoded ? DecodeError{} : decoded.error();
              }};
}

class EveryMessage : public ::testing::TestWithParam<Kind> {};

std::string byte(char value) { return {value}; }

INSTANTIATE_TEST_SUITE_P(
    Codec, EveryMessage,
    ::testing::Values(kind("Hello", Hello{}, {}, {}),
                      kind("Begin", full_begin(),
                           {{3, kMaxName},
                            {4, kMaxName},
                            {5, kMaxName},
                            {6, kMaxName},
                            {7, kMaxName},
                            {8, kMaxAuthInfo},
                            {9, kMaxOperation},
                            {10, kMaxLabel},
                            {11, kMaxLabel},
                            {15, kMaxLabel},
                            {17, kMaxLabel},
                            {18, kMaxLabel},
                            {19, kMaxServices}},
                           {{1, byte(0)}, {1, byte(7)}, {1, byte(-1)}}),
                      kind("Prompt", full_prompt(), {{3, kMaxText}},
                           {{1, byte(0)}, {1, byte(5)}, {2, byte(0)}, {2, byte(3)}}),
                      kind("Answer", Answer{.secret = "secret"}, {{1, kMaxSecret}}, {}),
                      kind("Cancel", Cancel{}, {}, {}), kind("Restart", Restart{}, {}, {}),
                      kind("Verdict", full_verdict(), {{4, kMaxText}},
                           {{1, std::string(8, '\0')}, {1, std::string(8, '\xff')}})),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(EveryMessage, IsReadWhole) {
  EXPECT_EQ(GetParam().error_of(GetParam().packet), DecodeError{});
}

TEST_P(EveryMessage, IsRefusedAsAnotherType) {
  Bytes packet = GetParam().packet;
  for (int type = 0; type < 256; ++type) {
    if (type == static_cast<int>(GetParam().type)) continue;
    packet[0] = static_cast<std::uint8_t>(type);
    EXPECT_EQ(GetParam().error_of(packet), DecodeError::wrong_type) << type;
  }
  EXPECT_EQ(GetParam().error_of({}), DecodeError::empty);
}

TEST_P(EveryMessage, IsRefusedCutShortAnywhere) {
  for (std::size_t size = 1; size < GetParam().packet.size(); ++size) {
    const Bytes packet(GetParam().packet.begin(),
                       GetParam().packet.begin() + static_cast<std::ptrdiff_t>(size));
    const DecodeError error = GetParam().error_of(packet);
    EXPECT_TRUE(error == DecodeError::truncated || error == DecodeError::missing_field) << size;
  }
}

TEST_P(EveryMessage, IsRefusedWithoutOneOfItsFields) {
  const auto whole = fields_of(GetParam().packet);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto fields = whole;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError::missing_field)
        << i;
  }
}

TEST_P(EveryMessage, IsRefusedWithAFieldTwice) {
  const auto whole = fields_of(GetParam().packet);
  for (const RawField& field : whole) {
    auto fields = whole;
    fields.push_back(field);
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError::repeated_field);
  }
}

TEST_P(EveryMessage, IsRefusedWithAFieldItDoesNotHave) {
  auto fields = fields_of(GetParam().packet);
  fields.push_back({31, ""});
  EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError::unknown_field);
  for (const int tag : {0, 32, 33, 64, 255}) {
    fields.back().tag = static_cast<std::uint8_t>(tag);
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError::bad_tag) << tag;
  }
}

TEST_P(EveryMessage, IsRefusedWithBytesBehindItsFields) {
  for (std::size_t extra = 1; extra < 3; ++extra) {
    Bytes packet = GetParam().packet;
    packet.insert(packet.end(), extra, 1);
    EXPECT_EQ(GetParam().error_of(packet), DecodeError::truncated);
  }
}

TEST_P(EveryMessage, TakesTextsUpToTheirLimitAndNoFurther) {
  for (const auto& [tag, limit] : GetParam().texts) {
    auto fields = fields_of(GetParam().packet);
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [t = tag](const RawField& f) { return f.tag == t; });
    ASSERT_NE(field, fields.end());
    field->bytes = std::string(limit, 'x');
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError{}) << int{tag};
    field->bytes += 'x';
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError::bad_length)
        << int{tag};
  }
}

TEST_P(EveryMessage, RefusesANulInAnyText) {
  for (const auto& [tag, limit] : GetParam().texts) {
    auto fields = fields_of(GetParam().packet);
    for (RawField& field : fields)
      if (field.tag == tag) field.bytes = std::string("a\0b", 3);
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError::bad_value)
        << int{tag};
  }
}

TEST_P(EveryMessage, RefusesANumberOfAnotherLength) {
  const auto is_text = [](std::uint8_t tag) {
    for (const auto& text : GetParam().texts)
      if (text.first == tag) return true;
    return false;
  };
  const auto whole = fields_of(GetParam().packet);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (is_text(whole[i].tag)) continue;
    auto longer = whole;
    longer[i].bytes.insert(0, 1, '\0');
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, longer)), DecodeError::bad_length);
    auto shorter = whole;
    shorter[i].bytes.pop_back();
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, shorter)), DecodeError::bad_length);
  }
}

TEST_P(EveryMessage, RefusesAValueThatMeansNothing) {
  for (const auto& [tag, bytes] : GetParam().bad_values) {
    auto fields = fields_of(GetParam().packet);
    for (RawField& field : fields)
      if (field.tag == tag) field.bytes = bytes;
    EXPECT_EQ(GetParam().error_of(packet_of(GetParam().type, fields)), DecodeError::bad_value)
        << int{tag};
  }
}

}  // namespace
}  // namespace usher
