// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/channel_dialogue.h"

#include <utility>

namespace usher {

std::expected<Secret, DialogueEnd> ChannelDialogue::ask(PromptStyle style, PromptPurpose purpose,
                                                        std::string_view text) {
  if (ended_) return std::unexpected(*ended_);
  if (stop_.raised()) return restart();
  if (deadline_.passed()) return end(DialogueEnd::timed_out);
  return exchange({.style = style, .purpose = purpose, .text = text});
}

std::expected<void, DialogueEnd> ChannelDialogue::tell(PromptStyle style, std::string_view text) {
  const auto taken = ask(style, PromptPurpose::other, text);
  if (!taken) return std::unexpected(taken.error());
  return {};
}

std::expected<Secret, DialogueEnd> ChannelDialogue::exchange(const Prompt& prompt) {
  if (const auto sent = channel_.send(prompt, deadline_); !sent) return end(sent.error());
  const Deadline patience = Deadline::after(prompt_milliseconds_).or_earlier(deadline_);
  const auto packet = channel_.receive(patience, stop_.descriptor());
  if (!packet) return packet.error() == ChannelError::woken ? restart() : end(packet.error());

  if (channel_.state() == DialogueState::closed) {
    const bool is_cancel = channel_.read<Cancel>(*packet).has_value();
    return end(is_cancel ? DialogueEnd::cancelled : DialogueEnd::malformed);
  }
  const auto answer = channel_.read<Answer>(*packet);
  if (!answer) {
    channel_.wipe();
    return end(DialogueEnd::malformed);
  }
  Secret secret;
  const bool kept = secret.assign(answer->secret);
  channel_.wipe();
  if (!kept) return end(DialogueEnd::hung_up);
  return secret;
}

std::unexpected<DialogueEnd> ChannelDialogue::end(DialogueEnd why) noexcept {
  ended_ = why;
  return std::unexpected(why);
}

std::unexpected<DialogueEnd> ChannelDialogue::end(ChannelError why) noexcept {
  if (why == ChannelError::timed_out) return end(DialogueEnd::timed_out);
  if (why == ChannelError::malformed) return end(DialogueEnd::malformed);
  return end(DialogueEnd::hung_up);
}

std::unexpected<DialogueEnd> ChannelDialogue::restart() noexcept {
  // Whether it arrives or not, nothing was decided; without it the module reports usherd as gone.
  static_cast<void>(channel_.send(Restart{}, Deadline::after(0)));
  return end(DialogueEnd::restarting);
}

}  // namespace usher
