// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_appl.h>

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "usher/message.h"

namespace usher::testing {

// What the daemons of these tests say.
inline constexpr Prompt kPassword{
    .style = PromptStyle::hidden, .purpose = PromptPurpose::password, .text = "Password: "};
inline constexpr Verdict kWrong{.seal = Seal::denied, .pam_code = PAM_AUTH_ERR};

/// The program's side of pam_conv(3): says what it was told to, and remembers what it was shown. A
/// prompt without a reply left fails the test. One thread.
class Person {
 public:
  struct Shown {
    int style;
    std::string text;
    bool operator==(const Shown&) const = default;
  };
  struct Reply {
    int code = PAM_SUCCESS;
    bool with_response = true;
    std::optional<std::string> text;
    std::function<void()> first;  // done before replying
  };

  Person& types(std::string text) { return replies({.text = std::move(text)}); }
  Person& replies(Reply reply) {
    replies_.push_back(std::move(reply));
    return *this;
  }
  [[nodiscard]] const std::vector<Shown>& shown() const { return shown_; }
  /// How many prompts, as against texts, were shown.
  [[nodiscard]] int prompts() const;
  [[nodiscard]] bool has_replies_left() const { return !replies_.empty(); }
  /// Where the text of the last response was; it is not there any more.
  [[nodiscard]] const void* last_response() const { return last_response_; }

  [[nodiscard]] pam_conv conversation() { return {.conv = &converse, .appdata_ptr = this}; }

 private:
  static int converse(int count, const pam_message** messages, pam_response** responses,
                      void* self);
  int reply(const pam_message& message, pam_response** response);

  std::deque<Reply> replies_;
  std::vector<Shown> shown_;
  const void* last_response_ = nullptr;
};

/// A transaction of the real libpam with pam_usher.so, and what stands around it, in a
/// configuration folder of its own. One thread.
class PamStack {
 public:
  /// Lines of a PAM file without their type, which is written before each for all four types:
  /// "required /path/module.so". `user` null: none is known at the start.
  PamStack(const std::vector<std::string>& lines, const pam_conv& conversation,
           const char* user = "ann");
  PamStack(const PamStack&) = delete;
  PamStack& operator=(const PamStack&) = delete;
  ~PamStack();

  [[nodiscard]] pam_handle_t* handle() const { return handle_; }

 private:
  std::array<char, 32> folder_{"/tmp/usher-stack-XXXXXX"};
  pam_handle_t* handle_ = nullptr;
};

/// The line for pam_usher.so with `socket=` and more options.
[[nodiscard]] std::string usher_line(std::string_view socket_path, std::string_view options = "");
/// The line for the tests' own module.
[[nodiscard]] std::string probe_line(std::string_view options);

/// One pam_authenticate(3) through pam_usher.so alone.
[[nodiscard]] int authenticate(std::string_view socket_path, Person& person,
                               std::string_view options = "", int flags = 0);

}  // namespace usher::testing
