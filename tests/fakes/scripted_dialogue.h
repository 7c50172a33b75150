// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/login/dialogue.h"

namespace usher::testing {

/// A person played from a script: each prompt takes the next line. A prompt without a line left, or
/// a line nobody asked for by the end, fails the test. One thread.
class ScriptedDialogue final : public Dialogue {
 public:
  struct Asked {
    PromptStyle style;
    PromptPurpose purpose;
    std::string text;
    bool operator==(const Asked&) const = default;
  };

  ScriptedDialogue() = default;
  ScriptedDialogue(const ScriptedDialogue&) = delete;
  ScriptedDialogue& operator=(const ScriptedDialogue&) = delete;
  ~ScriptedDialogue() override {
    EXPECT_TRUE(lines_.empty()) << lines_.size() << " unused answers";
  }

  ScriptedDialogue& answer(std::string text) {
    lines_.push_back([text = std::move(text)](std::string_view) { return std::optional(text); });
    return *this;
  }
  /// Answers with what `make` makes of the prompt's text, or of all that was shown before.
  ScriptedDialogue& answer_with(std::function<std::string(std::string_view)> make) {
    lines_.push_back(
        [make = std::move(make)](std::string_view text) { return std::optional(make(text)); });
    return *this;
  }
  ScriptedDialogue& end(DialogueEnd end) {
    end_ = end;
    lines_.push_back([](std::string_view) { return std::optional<std::string>(); });
    return *this;
  }

  [[nodiscard]] std::expected<Secret, DialogueEnd> ask(PromptStyle style, PromptPurpose purpose,
                                                       std::string_view text) override {
    asked.push_back({style, purpose, std::string(text)});
    if (lines_.empty()) {
      ADD_FAILURE() << "nobody expected the prompt \"" << text << "\"";
      return std::unexpected(DialogueEnd::malformed);
    }
    const auto line = std::move(lines_.front());
    lines_.pop_front();
    const std::optional<std::string> given = line(text);
    if (!given) return std::unexpected(end_);
    Secret secret;
    EXPECT_TRUE(secret.assign(*given));
    return secret;
  }
  [[nodiscard]] std::expected<void, DialogueEnd> tell(PromptStyle style,
                                                      std::string_view text) override {
    told.push_back({style, PromptPurpose::other, std::string(text)});
    return {};
  }
  [[nodiscard]] Deadline deadline() const override { return Deadline::after(60'000); }

  std::vector<Asked> asked;
  std::vector<Asked> told;

 private:
  std::deque<std::function<std::optional<std::string>(std::string_view)>> lines_;
  DialogueEnd end_ = DialogueEnd::hung_up;
};

}  // namespace usher::testing
