// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include "ctl/hidden_line.h"
#include "ctl/plain_text.h"
#include "usher/relay.h"

namespace usher::ctl {

static_assert(Conversation<Terminal>);

Terminal Terminal::open(bool from_standard_input) noexcept {
  UniqueFd tty;
  if (!from_standard_input) tty.reset(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  return tty.valid() ? Terminal(static_cast<UniqueFd&&>(tty))
                     : Terminal(STDIN_FILENO, STDERR_FILENO);
}

bool Terminal::ask(const Prompt& prompt, Secret& answer) noexcept {
  asked_ = true;
  if (prompt.style == PromptStyle::info || prompt.style == PromptStyle::error) {
    show(prompt.style, prompt.text);
    return true;
  }
  last_ = read(prompt, answer);
  return last_ == LineEnd::read;
}

LineEnd Terminal::read(const Prompt& prompt, Secret& answer) noexcept {
  if (tty_.valid() && prompt.style == PromptStyle::hidden)
    return read_hidden_line(tty_.get(), prompt.text, answer);
  if (!write_plain(output(), prompt.text)) return LineEnd::failed;
  if (tty_.valid()) return read_line(tty_.get(), answer);
  const LineEnd end = read_line(answers_, answer);
  // No echo ends the line of the question here.
  return write_plain(questions_, "\n") ? end : LineEnd::failed;
}

void Terminal::tell(PromptStyle style, std::string_view text) noexcept {
  told_why_ = style == PromptStyle::error;
  show(style, text);
}

void Terminal::show(PromptStyle style, std::string_view text) noexcept {
  // That it can't be shown is no reason to stop: there is nothing to answer.
  if (style == PromptStyle::error) static_cast<void>(write_plain(output(), "usherctl: "));
  static_cast<void>(write_plain(output(), text));
  if (!text.ends_with('\n')) static_cast<void>(write_plain(output(), "\n"));
}

}  // namespace usher::ctl
