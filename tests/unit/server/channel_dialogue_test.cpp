// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/channel_dialogue.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/server/server_fixture.h"

namespace usher::testing {
namespace {

/// A dialogue after its Begin, and the module's end of it.
class ChannelDialogueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    module_.emplace(UniqueFd(ends[0]));
    channel_.emplace(UniqueFd(ends[1]), Side::daemon);
    auto opened = std::async(std::launch::async, [this] { return module_->open(); });
    ASSERT_TRUE(channel_->receive(soon()));
    ASSERT_TRUE(channel_->send(Hello{}, soon()));
    ASSERT_TRUE(channel_->receive(soon()));
    ASSERT_TRUE(opened.get());
  }
  ChannelDialogue dialogue(std::int64_t prompt = 60'000, Deadline deadline = soon()) {
    return {*channel_, stop_, prompt, deadline};
  }
  static std::expected<Secret, DialogueEnd> ask(Dialogue& dialogue) {
    return dialogue.ask(PromptStyle::hidden, PromptPurpose::password, "Password: ");
  }
  void hang_up() { module_.reset(); }

  StopSignal stop_ = stop_or_throw();
  std::optional<Channel> channel_;
  std::optional<TestModule> module_;
};

TEST_F(ChannelDialogueTest, AsksAndBringsTheAnswer) {
  auto client = std::async(std::launch::async, [this] {
    const auto prompt = module_->expect<Prompt>();
    const bool right = prompt && prompt->style == PromptStyle::hidden &&
                       prompt->purpose == PromptPurpose::password && prompt->text == "Password: ";
    return right && module_->answer("s3cret");
  });
  auto talk = dialogue();
  const auto answer = ask(talk);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->expose(), "s3cret");
  EXPECT_TRUE(client.get());
}

TEST_F(ChannelDialogueTest, EndsWhenThePersonBreaksOff) {
  auto client = std::async(std::launch::async,
                           [this] { return module_->expect<Prompt>() && module_->cancel(); });
  auto talk = dialogue();
  EXPECT_EQ(ask(talk).error(), DialogueEnd::cancelled);
  EXPECT_EQ(ask(talk).error(), DialogueEnd::cancelled);
  EXPECT_TRUE(client.get());
}

TEST_F(ChannelDialogueTest, EndsWhenTheModuleIsGone) {
  hang_up();
  auto talk = dialogue();
  EXPECT_EQ(ask(talk).error(), DialogueEnd::hung_up);
}

TEST_F(ChannelDialogueTest, EndsWhenNoAnswerComesInTime) {
  auto talk = dialogue(1);
  EXPECT_EQ(ask(talk).error(), DialogueEnd::timed_out);
}

TEST_F(ChannelDialogueTest, EndsWhenItsOwnTimeIsUpBeforeItAsks) {
  auto talk = dialogue(60'000, Deadline::after(0));
  EXPECT_EQ(ask(talk).error(), DialogueEnd::timed_out);
  EXPECT_EQ(channel_->state(), DialogueState::deciding);  // nothing was sent
}

TEST_F(ChannelDialogueTest, TellsTheModuleToComeBackWhenUsherdStopsMeanwhile) {
  auto client = std::async(std::launch::async, [this] {
    const bool asked = module_->expect<Prompt>().has_value();
    stop_.raise();
    return asked && module_->expect<Restart>();
  });
  auto talk = dialogue();
  EXPECT_EQ(ask(talk).error(), DialogueEnd::restarting);
  EXPECT_TRUE(client.get());
}

TEST_F(ChannelDialogueTest, AsksNothingMoreOnceUsherdStops) {
  stop_.raise();
  auto talk = dialogue();
  EXPECT_EQ(ask(talk).error(), DialogueEnd::restarting);
  EXPECT_TRUE(module_->expect<Restart>());
}

TEST_F(ChannelDialogueTest, TakesAnAnswerThatWasThereBeforeTheStop) {
  auto client = std::async(std::launch::async, [this] {
    const bool answered = module_->expect<Prompt>() && module_->answer("in time");
    stop_.raise();
    return answered;
  });
  auto talk = dialogue();
  const auto answer = ask(talk);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->expose(), "in time");
  EXPECT_TRUE(client.get());
}

TEST_F(ChannelDialogueTest, EndsOnAPacketThatIsNoAnswer) {
  auto client = std::async(std::launch::async, [this] {
    const bool asked = module_->expect<Prompt>().has_value();
    return asked && ::send(module_->descriptor(), "\x04garbage", 8, 0) == 8;
  });
  auto talk = dialogue();
  EXPECT_EQ(ask(talk).error(), DialogueEnd::malformed);
  EXPECT_TRUE(client.get());
}

TEST_F(ChannelDialogueTest, TellsATextAndWaitsUntilItWasTaken) {
  auto client = std::async(std::launch::async, [this] {
    const auto prompt = module_->expect<Prompt>();
    return prompt && prompt->style == PromptStyle::info && prompt->text == "Hello" &&
           module_->answer("");
  });
  auto talk = dialogue();
  EXPECT_TRUE(talk.tell(PromptStyle::info, "Hello"));
  EXPECT_TRUE(client.get());
}

}  // namespace
}  // namespace usher::testing
