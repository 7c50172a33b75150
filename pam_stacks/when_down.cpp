// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/when_down.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace usher::pam_stacks {
namespace {

constexpr std::string_view kMark = "# when-down: ";

std::string_view template_of(WhenDown kind) {
  switch (kind) {
    case WhenDown::none:
      return kWhenDownNone;
    case WhenDown::console:
      return kWhenDownConsole;
    case WhenDown::group:
      return kWhenDownGroup;
    case WhenDown::observe:
      return kWhenDownObserve;
  }
  return kWhenDownNone;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// What pam_succeed_if takes for group names, and nothing that means something in a stack.
bool is_group_list(std::string_view groups) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:";
  return !groups.empty() && groups.size() <= 1024 && groups.front() != ':' &&
         groups.back() != ':' && groups.find("::") == std::string_view::npos &&
         groups.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Result<WhenDownChoice> parse_when_down(std::string_view text) {
  if (text == "none") return WhenDownChoice{.kind = WhenDown::none, .groups = {}};
  if (text == "console") return WhenDownChoice{.kind = WhenDown::console, .groups = {}};
  if (text == "observe") return WhenDownChoice{.kind = WhenDown::observe, .groups = {}};
  constexpr std::string_view kGroup = "group:";
  if (text.starts_with(kGroup)) {
    text.remove_prefix(kGroup.size());
    if (is_group_list(text))
      return WhenDownChoice{.kind = WhenDown::group, .groups = std::string(text)};
    return failure("after group: comes the name of a group, or several as in group:sudo:root");
  }
  return failure("it is none, console, group:NAME or observe");
}

std::string text_of(const WhenDownChoice& choice) {
  switch (choice.kind) {
    case WhenDown::none:
      return "none";
    case WhenDown::console:
      return "console";
    case WhenDown::group:
      return "group:" + choice.groups;
    case WhenDown::observe:
      return "observe";
  }
  return "none";
}

std::string usher_stack(const WhenDownChoice& choice, const ModuleCall& call) {
  std::string text(template_of(choice.kind));
  // The line that says which it is, for people and for choice_in().
  const std::size_t mark = text.find(kMark);
  if (mark != std::string::npos)
    text.replace(mark, text.find('\n', mark) - mark, fmt::format("{}{}", kMark, text_of(choice)));
  std::string command = fmt::format("{} server_uid={}", call.module, call.usherd_uid);
  if (!call.socket.empty()) command += fmt::format(" socket={}", call.socket);
  replace_all(text, "pam_usher.so server_uid=USHER", command);
  replace_all(text, "USHER is", fmt::format("{} is", call.usherd_uid));
  if (call.common.empty())
    replace_all(text, "include                                            common-auth",
                "[success=done default=die]                         pam_unix.so");
  else
    replace_all(text, "common-auth\n", call.common + "\n");
  if (call.common_password.empty())
    replace_all(text, "include                                            common-password",
                "required                                           pam_unix.so");
  else
    replace_all(text, "common-password\n", call.common_password + "\n");
  replace_all(text, " Fedora: password-auth.", "");
  replace_all(text, "ingroup NAME", fmt::format("ingroup {}", choice.groups));
  return text;
}

std::optional<WhenDownChoice> choice_in(std::string_view usher_stack) {
  const std::size_t mark = usher_stack.find(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view rest = usher_stack.substr(mark + kMark.size());
  rest = rest.substr(0, rest.find('\n'));
  auto choice = parse_when_down(rest);
  if (!choice) return std::nullopt;
  return std::move(*choice);
}

}  // namespace usher::pam_stacks
