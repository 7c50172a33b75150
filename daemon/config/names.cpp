// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/text.h"
#include "usher/message.h"

namespace usher::config {
namespace {

struct Advice {
  std::string message;
  std::string hint;
};

std::string_view noun_of(NameKind kind) {
  switch (kind) {
    case NameKind::service:
    case NameKind::service_setting:
    case NameKind::expected_service:
      return "service";
    case NameKind::user:
    case NameKind::service_user:
    case NameKind::administrator:
    case NameKind::expected_user:
      return "user";
    case NameKind::group:
    case NameKind::administrator_group:
    case NameKind::expected_group:
      return "group";
    case NameKind::tty:
      return "tty";
  }
  return "name";
}

std::string how_to_match_all(NameKind kind) {
  if (kind == NameKind::service_setting) return "name the services one by one";
  if (kind == NameKind::service_user) return "name the user that usherd runs as";
  if (kind == NameKind::administrator || kind == NameKind::administrator_group)
    return "name each user by itself, and each group like \"group:helpdesk\"";
  if (kind == NameKind::expected_service || kind == NameKind::expected_user ||
      kind == NameKind::expected_group)
    return fmt::format("name each {} by itself", noun_of(kind));
  return fmt::format("take `{0}` out to match every {0}", noun_of(kind));
}

std::string in_lower_case(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

std::optional<Advice> advice_on_service(const std::string& name) {
  if (name.contains('/'))
    return Advice{
        fmt::format("{} is a path; a service is named as its file in /etc/pam.d", ticked(name)),
        fmt::format("write \"{}\"", name.substr(name.rfind('/') + 1))};
  if (const std::string lower = in_lower_case(name); lower != name)
    return Advice{
        fmt::format("PAM writes service names in lower case: {} would never match", ticked(name)),
        fmt::format("write \"{}\"", lower)};
  return std::nullopt;
}

/// What shells and lists would take apart stands for no terminal, and would never match.
std::optional<Advice> advice_on_tty(const std::string& name) {
  if (name.find_first_of("[]{} ,") == std::string::npos && !name.ends_with('/'))
    return std::nullopt;
  return Advice{fmt::format("{} is not the name of one terminal", ticked(name)),
                R"(name each, like ["tty1", "tty2"])"};
}

std::optional<Advice> advice_on(NameKind kind, const std::string& name) {
  const std::string_view noun = noun_of(kind);
  if (trimmed(name).empty())
    return Advice{fmt::format("a {} can't have an empty name", noun), how_to_match_all(kind)};
  if (name.starts_with('@'))
    return Advice{
        fmt::format("{} would be a named set, and there are none of these here", ticked(name)),
        R"(list the names themselves, like ["one", "two"])"};
  if (name.find_first_of("*?") != std::string::npos)
    return Advice{fmt::format("{} is no name: there are no wildcards", ticked(name)),
                  how_to_match_all(kind)};
  if (!is_one_printable_line(name))
    return Advice{fmt::format("{} has an invisible character in it", ticked(name)),
                  "write the name in printable characters"};
  if (trimmed(name) != name)
    return Advice{fmt::format("{} starts or ends with a blank", ticked(name)),
                  fmt::format("write \"{}\"", trimmed(name))};
  if (name.size() > kMaxName)
    return Advice{
        fmt::format("{} is longer than {} bytes, the most a name can have", ticked(name), kMaxName),
        {}};
  if (kind == NameKind::tty) return advice_on_tty(name);
  const bool service = noun == "service";
  return service ? advice_on_service(name) : std::nullopt;
}

}  // namespace

bool check_name(Document& document, NameKind kind, const Text& name) {
  const auto advice = advice_on(kind, name.value);
  if (advice) document.report(name.at, advice->message, advice->hint);
  return !advice;
}

}  // namespace usher::config
