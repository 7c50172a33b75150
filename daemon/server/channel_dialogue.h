// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/login/dialogue.h"
#include "daemon/serving/stop_signal.h"
#include "usher/channel.h"

namespace usher {

/// The dialogue over a channel whose Begin has been received. Once it has ended it stays ended, and
/// asks nothing more. One thread.
class ChannelDialogue final : public Dialogue {
 public:
  /// `prompt_milliseconds` bounds one answer, `deadline` the whole. `channel` and `stop` must
  /// outlive the dialogue.
  ChannelDialogue(Channel& channel, const StopSignal& stop, std::int64_t prompt_milliseconds,
                  Deadline deadline) noexcept
      : channel_(channel),
        stop_(stop),
        prompt_milliseconds_(prompt_milliseconds),
        deadline_(deadline) {}

  [[nodiscard]] std::expected<Secret, DialogueEnd> ask(PromptStyle style, PromptPurpose purpose,
                                                       std::string_view text) override;
  [[nodiscard]] std::expected<void, DialogueEnd> tell(PromptStyle style,
                                                      std::string_view text) override;
  [[nodiscard]] Deadline deadline() const override { return deadline_; }

 private:
  [[nodiscard]] std::expected<Secret, DialogueEnd> exchange(const Prompt& prompt);
  [[nodiscard]] std::unexpected<DialogueEnd> end(DialogueEnd why) noexcept;
  [[nodiscard]] std::unexpected<DialogueEnd> end(ChannelError why) noexcept;
  [[nodiscard]] std::unexpected<DialogueEnd> restart() noexcept;

  Channel& channel_;
  const StopSignal& stop_;
  const std::int64_t prompt_milliseconds_;
  const Deadline deadline_;
  std::optional<DialogueEnd> ended_;
};

}  // namespace usher
