// SPDX-License-Identifier: Apache-2.0
#include "ctl/answer_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "usher/message.h"
#include "usher/unique_fd.h"

namespace usher::ctl {
namespace {

class AnswerLine : public ::testing::Test {
 protected:
  AnswerLine() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
  }
  void given(const std::string& input) {
    EXPECT_EQ(::write(writer_.get(), input.data(), input.size()),
              static_cast<ssize_t>(input.size()));
    writer_.reset();
  }
  UniqueFd reader;
  Secret answer;

 private:
  UniqueFd writer_;
};

TEST_F(AnswerLine, IsReadWithoutItsNewlineAndWithoutTheNextLine) {
  given("one\ntwo\n");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::read);
  EXPECT_EQ(answer.expose(), "one");
  std::array<char, 8> rest{};
  EXPECT_EQ(::read(reader.get(), rest.data(), rest.size()), 4);
  EXPECT_STREQ(rest.data(), "two\n");
}

TEST_F(AnswerLine, MayBeEmpty) {
  given("\n");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::read);
  EXPECT_TRUE(answer.empty());
}

TEST_F(AnswerLine, TheLastOneMayLackItsNewline) {
  given("last");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::read);
  EXPECT_EQ(answer.expose(), "last");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::ended);
}

TEST_F(AnswerLine, TheEndOfTheInputIsNoAnswer) {
  given("");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::ended);
}

TEST_F(AnswerLine, OfTheFullSizeIsTaken) {
  given(std::string(kMaxSecret, 'x') + "\n");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::read);
  EXPECT_EQ(answer.size(), kMaxSecret);
}

TEST_F(AnswerLine, OverTheFullSizeIsRefusedAndReadToItsEnd) {
  given(std::string(kMaxSecret + 1, 'x') + "\nnext\n");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::too_long);
  EXPECT_TRUE(answer.empty());
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::read);
  EXPECT_EQ(answer.expose(), "next");
}

TEST_F(AnswerLine, HoldsNoNul) {
  given(std::string("a\0b\n", 4));
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::not_text);
  EXPECT_TRUE(answer.empty());
}

TEST_F(AnswerLine, AnOlderAnswerDoesNotStay) {
  ASSERT_TRUE(answer.assign("old"));
  given("");
  EXPECT_EQ(read_line(reader.get(), answer), LineEnd::ended);
  EXPECT_TRUE(answer.empty());
}

TEST_F(AnswerLine, ADescriptorThatCanNotBeReadIsAFailure) {
  EXPECT_EQ(read_line(-1, answer), LineEnd::failed);
}

}  // namespace
}  // namespace usher::ctl
