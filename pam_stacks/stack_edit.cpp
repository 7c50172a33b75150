// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/stack_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "daemon/config/lists.h"

namespace usher::pam_stacks {
namespace {

using review::names_module;
using review::names_stack;
using review::PamLine;

/// What distributions have for their services to include.
constexpr std::array<std::string_view, 7> kCommonAuth = {
    "common-auth",         "system-auth",        "password-auth",  "system-login",
    "system-remote-login", "system-local-login", "system-services"};

constexpr std::string_view kInPlace = "# usherctl pam: in place of: ";
constexpr std::string_view kAdded = "# usherctl pam: added";

std::string usher_line(std::string_view type) {
  return fmt::format("{:<10} substack   usher\n", type);
}

bool is_usher_substack(const PamLine& line) { return names_stack(line, "usher"); }

/// Whether a control jumps over lines: the lines that it counts would be others.
bool jumps(const PamLine& line) {
  return line.control.starts_with('[') &&
         line.control.find_first_of("0123456789") != std::string::npos;
}

bool concerns(const PamLine& line, std::string_view type) {
  return line.type == type ||
         (line.type.empty() && line.target.ends_with(fmt::format("-{}", type)));
}

/// Whether an included stack asks for a password of the machine's.
bool is_common_auth(const PamLine& line) {
  return line.includes && config::contains(kCommonAuth, line.target) &&
         (line.type.empty() ? line.target == "common-auth" : line.type == "auth");
}

/// The lines of a file that count for one type; @include by the ending of its name, as Debian has
/// them, since what it includes is of one type.
std::vector<PamLine> lines_of(const std::vector<PamLine>& all, std::string_view type) {
  std::vector<PamLine> lines;
  for (const PamLine& line : all)
    if (concerns(line, type) ||
        (line.type.empty() && type == "session" && line.target.starts_with("common-session")))
      lines.push_back(line);
  return lines;
}

/// A change of a text: `length` bytes at `at` become `text`.
struct Splice {
  std::size_t at = 0;
  std::size_t length = 0;
  std::string text;
};

std::string spliced(std::string text, std::vector<Splice> splices) {
  std::ranges::sort(splices, [](const Splice& a, const Splice& b) { return a.at > b.at; });
  for (const Splice& splice : splices) text.replace(splice.at, splice.length, splice.text);
  return text;
}

std::string without_newline(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

/// Where a line is added: before a line that is there, or at the end of the file.
Splice added_before(std::string_view text, std::string_view type, const PamLine* line) {
  std::string added = fmt::format("{}\n{}", kAdded, usher_line(type));
  if (line != nullptr) return {.at = line->begin, .length = 0, .text = std::move(added)};
  if (!text.empty() && !text.ends_with('\n')) added.insert(0, "\n");
  return {.at = text.size(), .length = 0, .text = std::move(added)};
}

std::unexpected<Error> by_hand(std::string_view service, const std::string& why) {
  return failure(fmt::format(
      "{}: {}. Write `auth substack usher` by hand in place of what asks for the password, and "
      "run this again",
      service, why));
}

Result<std::optional<Splice>> edit_auth(std::string_view service, std::string_view text,
                                        const std::vector<PamLine>& all) {
  const std::vector<PamLine> lines = lines_of(all, "auth");
  const auto common = std::ranges::find_if(lines, is_common_auth);
  if (common == lines.end()) {
    const auto odd = std::ranges::find_if(lines, [](const PamLine& line) {
      return line.includes || names_module(line, "pam_unix.so");
    });
    if (odd == lines.end()) return std::nullopt;  // nobody is asked
    if (odd->includes)
      return failure(
          fmt::format("{}: its auth lines are those of {}: name that service too, or write `auth "
                      "substack usher` in place of this by hand",
                      service, odd->target));
    return by_hand(service, "its auth lines are not those of a package");
  }
  if (std::ranges::count_if(lines, is_common_auth) > 1)
    return by_hand(service, "it asks for the machine's password in more than one line");
  if (std::any_of(lines.begin(), common, jumps))
    return by_hand(service, "a line before its common ones counts how many to jump over");
  const std::string old = without_newline(text.substr(common->begin, common->end - common->begin));
  if (old.contains('\n')) return by_hand(service, "that line goes over several");
  return Splice{.at = common->begin,
                .length = common->end - common->begin,
                .text = fmt::format("{}{}\n{}", kInPlace, old, usher_line("auth"))};
}

/// Before the first line that could end the account lines with a yes.
Splice edit_account(std::string_view text, const std::vector<PamLine>& all) {
  const std::vector<PamLine> lines = lines_of(all, "account");
  const auto first = std::ranges::find_if(lines, [](const PamLine& line) {
    return line.includes || (line.control != "required" && line.control != "requisite") ||
           names_module(line, "pam_unix.so");
  });
  return added_before(text, "account", first == lines.end() ? nullptr : &*first);
}

/// Behind pam_loginuid, by which usherd knows whose audit session it is; but before pam_env.
Splice edit_session(std::string_view text, const std::vector<PamLine>& all) {
  const std::vector<PamLine> lines = lines_of(all, "session");
  const auto opens_room = [](const PamLine& line) {
    return names_module(line, "pam_loginuid.so") || names_module(line, "pam_selinux.so");
  };
  auto place = std::ranges::find_if_not(lines, opens_room);
  const auto loginuid = std::ranges::find_if(
      lines, [](const PamLine& line) { return names_module(line, "pam_loginuid.so"); });
  const auto reads_files = std::ranges::find_if(
      lines, [](const PamLine& line) { return line.includes || names_module(line, "pam_env.so"); });
  if (loginuid != lines.end() && loginuid < reads_files && loginuid >= place)
    place = std::next(loginuid);
  return added_before(text, "session", place == lines.end() ? nullptr : &*place);
}

/// Whether an included stack changes the machine's password.
bool is_common_password(const PamLine& line) {
  return line.includes && (line.type.empty() ? line.target == "common-password"
                                             : line.type == "password" &&
                                                   config::contains(kCommonAuth, line.target));
}

/// In place of the one line that changes the machine's password, which Usher's own stack comes to
/// for who has no other. Where there are more, or a jump counts them, passwords stay the machine's.
std::optional<Splice> edit_password(std::string_view text, const std::vector<PamLine>& all) {
  const std::vector<PamLine> lines = lines_of(all, "password");
  if (std::ranges::any_of(lines, [](const PamLine& line) {
        return jumps(line) || is_usher_substack(line) || names_module(line, "pam_usher.so");
      }))
    return std::nullopt;
  const auto common = std::ranges::find_if(lines, is_common_password);
  if (common == lines.end() || std::ranges::count_if(lines, is_common_password) > 1)
    return std::nullopt;
  const std::string old = without_newline(text.substr(common->begin, common->end - common->begin));
  if (old.contains('\n')) return std::nullopt;
  return Splice{.at = common->begin,
                .length = common->end - common->begin,
                .text = fmt::format("{}{}\n{}", kInPlace, old, usher_line("password"))};
}

bool asks_nothing(const std::vector<PamLine>& all, std::string_view type) {
  return std::ranges::none_of(all, [type](const PamLine& line) {
    return concerns(line, type) ||
           (line.type.empty() && type == "session" && line.target.starts_with("common-session"));
  });
}

/// The line for passwords that belongs to one for `auth`: "@include common-password" to "@include
/// common-auth", "password substack system-auth" to "auth substack system-auth".
std::string common_password_line(std::string_view common) {
  if (common == "@include common-auth") return "@include common-password";
  if (common.starts_with("auth ")) return fmt::format("password{}", common.substr(4));
  return std::string(common);
}

/// The comment of ours right before a line, if there is one: where it begins, and what it says.
struct Mark {
  std::size_t begin = 0;
  std::string_view text;
};
std::optional<Mark> mark_before(std::string_view text, std::size_t line_begin) {
  if (line_begin == 0) return std::nullopt;
  const std::size_t end = line_begin - 1;
  const std::size_t newline = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::string_view line = text.substr(begin, end - begin);
  if (line != kAdded && !line.starts_with(kInPlace)) return std::nullopt;
  return Mark{.begin = begin, .text = line};
}

}  // namespace

Result<std::string> with_usher(const Stacks& stacks, std::string_view service) {
  const auto found = stacks.find(service);
  if (found == stacks.end())
    return failure(fmt::format("there is no /etc/pam.d/{}: is the program installed?", service));
  const std::string& text = found->second;
  const std::vector<PamLine> all = review::parse_pam_stack(text);
  std::vector<Splice> splices;
  if (!asks_usher(stacks, service, "auth")) {
    auto edited = edit_auth(service, text, all);
    if (!edited) return std::unexpected(std::move(edited.error()));
    if (*edited) splices.push_back(std::move(**edited));
  }
  // A type without a line of its own is `other`'s business, which denies or is the machine's.
  if (!asks_usher(stacks, service, "account") && !asks_nothing(all, "account"))
    splices.push_back(edit_account(text, all));
  if (!asks_usher(stacks, service, "session") && !asks_nothing(all, "session"))
    splices.push_back(edit_session(text, all));
  if (auto edited = edit_password(text, all)) splices.push_back(*std::move(edited));
  return spliced(text, std::move(splices));
}

Cleared without_usher(std::string_view name, std::string_view text, std::string_view common,
                      std::string_view kept) {
  Cleared cleared{.text = {}, .left = {}};
  std::vector<Splice> splices;
  for (const PamLine& line : review::parse_pam_stack(text)) {
    const auto place =
        fmt::format("{}:{}", name, std::ranges::count(text.substr(0, line.offset), '\n') + 1);
    if (names_module(line, "pam_usher.so")) {
      cleared.left.push_back(place);
      continue;
    }
    if (!is_usher_substack(line) || (!kept.empty() && line.type == kept)) continue;
    const auto mark = mark_before(text, line.begin);
    const std::size_t begin = mark ? mark->begin : line.begin;
    std::string instead;
    if (mark && mark->text.starts_with(kInPlace)) {
      instead = fmt::format("{}\n", mark->text.substr(kInPlace.size()));
    } else if (!mark && (line.type == "auth" || line.type == "password" || line.type.empty())) {
      // Without a line in its place nobody would be asked for anything.
      const bool is_itself = common.ends_with(name);
      if (common.empty() || line.type.empty() || is_itself) {
        cleared.left.push_back(place);
        continue;
      }
      instead = fmt::format(
          "{}\n", line.type == "auth" ? std::string(common) : common_password_line(common));
    }
    splices.push_back({.at = begin, .length = line.end - begin, .text = std::move(instead)});
  }
  cleared.text = spliced(std::string(text), std::move(splices));
  return cleared;
}

std::string without_profile(std::string_view text) {
  const std::vector<PamLine> lines = review::parse_pam_stack(text);
  std::vector<Splice> splices;
  const auto take_out = [&splices](const PamLine& line) {
    splices.push_back({.at = line.begin, .length = line.end - line.begin, .text = {}});
  };
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    if (!is_usher_substack(*line)) continue;
    const auto next = std::next(line);
    const bool jump_follows =
        next != lines.end() && names_module(*next, "pam_permit.so") && jumps(*next);
    // Without its jump it is not the profile's: somebody wrote it, and nothing may ask in its
    // place.
    if (line->type == "auth" && !jump_follows) continue;
    take_out(*line);
    if (line->type == "auth") take_out(*next);
  }
  return spliced(std::string(text), std::move(splices));
}

std::string common_auth_line(const Stacks& stacks) {
  if (stacks.contains("common-auth")) return "@include common-auth";
  if (stacks.contains("system-auth")) return "auth       substack     system-auth";
  return {};
}

std::vector<std::string> replaced_modules(const Stacks& before, std::string_view service) {
  constexpr std::array<std::string_view, 4> kPlain = {"pam_unix.so", "pam_deny.so", "pam_permit.so",
                                                      "pam_usher.so"};
  std::vector<std::string> replaced;
  for (const FlatLine& line : flatten(before, service, "auth"))
    if (config::contains(kCommonAuth, line.file) && !config::contains(kPlain, line.what.target))
      replaced.push_back(fmt::format("{} ({})", line.what.target, line.place()));
  return replaced;
}

std::vector<std::string> ways_before_usher(const Stacks& stacks, std::string_view service) {
  std::vector<std::string> ways;
  for (const FlatLine& line : flatten(stacks, service, "auth")) {
    if (names_module(line.what, "pam_usher.so")) return ways;
    const bool may_end = line.what.control == "sufficient" || line.what.control.contains("done");
    if (may_end && !names_module(line.what, "pam_rootok.so"))
      ways.push_back(fmt::format("{} ({})", line.what.target, line.place()));
  }
  return {};
}

}  // namespace usher::pam_stacks
