// SPDX-License-Identifier: Apache-2.0
// How usherctl talks with a person. The rules, all of them:
//
//  * Questions and answers go to the person's terminal, /dev/tty, wherever standard input, output
//    and error lead: `usherctl ... | tee file` neither hides a question nor keeps an answer.
//  * Without a terminal, or with --stdin, answers are lines of standard input, one for each
//    question, and questions go to standard error. This is for scripts.
//  * An answer to a hidden question is not echoed. Where echo can't be switched off, it is not
//    asked; when the person or a signal breaks off, echo is back before anything else happens.
//  * Answers go straight into locked memory, and nowhere else. They are never taken from arguments
//    or the environment, which other people's programs can read.
//  * What is shown is shown without its control characters (plain_text.h), and never copied.
#pragma once

#include <string_view>

#include "ctl/answer_line.h"
#include "usher/message.h"
#include "usher/secret.h"
#include "usher/unique_fd.h"

namespace usher::ctl {

/// A Conversation for usher::Relay. One thread; nothing throws.
class Terminal {
 public:
  /// /dev/tty, or standard input and error where there is none or `from_standard_input` says so.
  [[nodiscard]] static Terminal open(bool from_standard_input) noexcept;

  /// A person at `tty`.
  explicit Terminal(UniqueFd tty) noexcept : tty_(static_cast<UniqueFd&&>(tty)) {}
  /// A script. The descriptors are borrowed.
  Terminal(int answers, int questions) noexcept : answers_(answers), questions_(questions) {}

  [[nodiscard]] bool ask(const Prompt& prompt, Secret& answer) noexcept;
  void tell(PromptStyle style, std::string_view text) noexcept;

  /// Whether the daemon got as far as asking anything.
  [[nodiscard]] bool was_asked() const noexcept { return asked_; }
  /// Whether the verdict came with a text, which said what was wrong.
  [[nodiscard]] bool was_told_why() const noexcept { return told_why_; }
  /// How the last question went.
  [[nodiscard]] LineEnd last_answer() const noexcept { return last_; }
  [[nodiscard]] bool is_script() const noexcept { return !tty_.valid(); }

 private:
  [[nodiscard]] LineEnd read(const Prompt& prompt, Secret& answer) noexcept;
  [[nodiscard]] int output() const noexcept { return tty_.valid() ? tty_.get() : questions_; }
  void show(PromptStyle style, std::string_view text) noexcept;

  UniqueFd tty_;
  int answers_ = -1;
  int questions_ = -1;
  bool asked_ = false;
  bool told_why_ = false;
  LineEnd last_ = LineEnd::read;
};

}  // namespace usher::ctl
