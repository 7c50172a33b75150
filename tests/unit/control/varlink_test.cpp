// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/varlink.h"

#include <gtest/gtest.h>

#include <string>

namespace usher::testing {
namespace {

TEST(VarlinkCall, HasMethodAndParameters) {
  const auto call = parse_call(R"({"method":"a.b.C","parameters":{"x":1}})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "a.b.C");
  EXPECT_EQ(call->parameters["x"], 1);
  EXPECT_FALSE(call->oneway);
}

TEST(VarlinkCall, MayLeaveParametersOut) {
  EXPECT_TRUE(parse_call(R"({"method":"a.b.C"})")->parameters.is_object());
  EXPECT_TRUE(parse_call(R"({"method":"a.b.C","parameters":null})")->parameters.is_object());
}

TEST(VarlinkCall, IsNothingElse) {
  for (const char* text :
       {"", "null", "[]", "\"a\"", "{", "{}", R"({"method":1})", R"({"method":null})",
        R"({"method":"a","parameters":[]})", R"({"method":"a","oneway":1})", R"({"method":"a"} x)",
        "{\"method\":\"\xff\"}"})
    EXPECT_FALSE(parse_call(text)) << text;
}

TEST(VarlinkCall, SurvivesDeepNesting) {
  const std::string deep(kMaxControlCall, '[');
  EXPECT_FALSE(parse_call(deep));
  const std::size_t half = kMaxControlCall / 2 - 64;
  const auto closed = parse_call(R"({"method":"a","parameters":{"x":)" + std::string(half, '[') +
                                 std::string(half, ']') + "}}");
  EXPECT_FALSE(closed);
}

TEST(VarlinkCall, HasNoMoreThanACallCanHave) {
  const auto with_keys = [](std::size_t count) {
    std::string parameters = R"("x":0)";
    for (std::size_t i = 1; i < count; ++i) parameters += ",\"" + std::to_string(i) + "\":0";
    return parse_call(R"({"method":"a","parameters":{)" + parameters + "}}");
  };
  EXPECT_TRUE(with_keys(100));
  EXPECT_FALSE(with_keys(kMostCallValues));
}

TEST(VarlinkReply, EndsWithANul) {
  EXPECT_EQ(frame_reply(Json{{"x", 1}}), std::string("{\"parameters\":{\"x\":1}}") + '\0');
}

TEST(VarlinkReply, NamesItsError) {
  EXPECT_EQ(frame_reply(permission_denied("no")),
            std::string(R"({"error":"org.usher.control.PermissionDenied",)"
                        R"("parameters":{"reason":"no"}})") +
                '\0');
}

TEST(VarlinkReply, IsValidJsonWhateverTheBytes) {
  const std::string reply = frame_reply(Json{{"x", "\xff\xfe"}});
  EXPECT_TRUE(Json::accept(reply.substr(0, reply.size() - 1)));
}

TEST(TextParameter, IsAStringWithinItsLimitWithoutNuls) {
  const Json parameters = {{"good", "abc"}, {"number", 1}, {"nul", std::string("a\0b", 3)}};
  EXPECT_EQ(text_parameter(parameters, "good", 3), "abc");
  EXPECT_FALSE(text_parameter(parameters, "good", 2));
  EXPECT_FALSE(text_parameter(parameters, "number", 9));
  EXPECT_FALSE(text_parameter(parameters, "nul", 9));
  const auto missing = text_parameter(parameters, "missing", 9);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().name, "org.varlink.service.InvalidParameter");
  EXPECT_EQ(missing.error().parameters["parameter"], "missing");
}

}  // namespace
}  // namespace usher::testing
