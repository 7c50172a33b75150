// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/bypass.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/login/administrators.h"
#include "daemon/login/commit_change.h"
#include "daemon/login/hand_out_secret.h"
#include "daemon/model/utf8.h"

namespace usher {
namespace {

constexpr std::uint32_t kDefaultSeconds = 3600;
constexpr std::uint32_t kMostSeconds = 24 * 3600;
constexpr std::uint32_t kDefaultUses = 1;
constexpr std::uint32_t kMostUses = 20;
/// Where people change their own credentials: a bypass is for getting in, not for settling there.
constexpr std::array<std::string_view, 2> kOwnServices = {"usherctl", "passwd"};

struct Extent {
  std::vector<std::string> services;
  std::uint32_t seconds = kDefaultSeconds;
  std::uint32_t uses = kDefaultUses;
};

/// A service is named as its file in /etc/pam.d, which PAM reads in lower case.
bool can_be_service(std::string_view name) {
  return !name.empty() && is_harmless_line(name) && std::ranges::none_of(name, [](char c) {
    return std::string_view(" /*?@").contains(c) || (c >= 'A' && c <= 'Z');
  });
}

/// What the request asks for, with the defaults filled in; or what is wrong with it.
Result<Extent> extent_of(const ManageRequest& wanted) {
  Extent extent{.services = wanted.services};
  if (extent.services.empty())
    return failure("a bypass is for services: name them, like sshd, with --service");
  for (const std::string& service : extent.services) {
    if (!can_be_service(service))
      return failure("a service is named as its file in /etc/pam.d, such as sshd");
    if (std::ranges::find(kOwnServices, service) != kOwnServices.end())
      return failure("a bypass is for getting in, and changes no credentials");
  }
  if (wanted.seconds != 0) extent.seconds = wanted.seconds;
  if (extent.seconds > kMostSeconds)
    return failure(fmt::format("a bypass is good for {} hours at most", kMostSeconds / 3600));
  if (wanted.uses != 0) extent.uses = wanted.uses;
  if (extent.uses > kMostUses)
    return failure(fmt::format("a bypass is good for {} uses at most", kMostUses));
  return extent;
}

/// Why the caller may not help `user`, now that the page with the secret is closed: it may have
/// been open for long. None where they may.
Result<std::optional<std::string>> reason_not_to_help_now(Hearing& hearing,
                                                          const std::string& user) {
  if (hearing.request.caller.trusted) return std::nullopt;
  const auto helper = hearing.ports.host.find_user(hearing.request.caller.uid);
  if (!helper) return std::unexpected(helper.error());
  const auto person = hearing.ports.host.find_user(user);
  if (!person) return std::unexpected(person.error());
  if (!*helper || !*person) return "an account is gone: nothing was issued";
  return reason_not_to_help(hearing, **helper, **person);
}

std::string words_for(const Extent& extent, std::int64_t expires) {
  return fmt::format("for {} until {}, {}", fmt::join(extent.services, ", "), utc_minute(expires),
                     extent.uses == 1 ? "one use" : fmt::format("{} uses", extent.uses));
}

}  // namespace

Outcome issue_bypass(Hearing& hearing, const std::string& user) {
  auto extent = extent_of(hearing.request.manage);
  if (!extent) return refused_change(extent.error().message);
  const std::int64_t expires =
      hearing.ports.clock.wall_microseconds() / kMicrosecondsPerSecond + extent->seconds;
  const std::string words = words_for(*extent, expires);
  const std::string issuer = name_of_caller(hearing);
  const auto hash = hand_out_secret(
      hearing, LookupKind::bypass, user,
      fmt::format("Bypass of {}, {}: to be typed in place of the one-time code.", user, words));
  if (!hash) return std::unexpected(hash.error());
  if (!*hash) return internal_failure(hash->error().message);
  const auto against = reason_not_to_help_now(hearing, user);
  if (!against) return internal_failure(against.error().message);
  if (*against) return refused_change(**against);

  std::vector<Effect> effects;
  effects.emplace_back(AddLookupSecrets{.user = user,
                                        .hashes = {**hash},
                                        .alike = {.kind = LookupKind::bypass,
                                                  .services = std::move(extent->services),
                                                  .expires = expires,
                                                  .uses_left = extent->uses,
                                                  .issued_by = issuer},
                                        .replace = true});
  effects.emplace_back(LeaveNotice{
      .user = user, .text = fmt::format("a bypass was issued to you by {}, {}", issuer, words)});
  return commit_change(hearing, std::move(effects),
                       fmt::format("bypass of {} issued by {}, {}", user, issuer, words),
                       "a credential of yours changed meanwhile: nothing was issued");
}

Outcome revoke_bypass(Hearing& hearing, const std::string& user) {
  const auto secrets = hearing.ports.store.lookup_secrets(user);
  if (!secrets) return internal_failure(secrets.error().message);
  if (std::ranges::find(*secrets, LookupKind::bypass, &LookupSecret::kind) == secrets->end())
    return refused_change(fmt::format("{} has no bypass", user));
  const std::string by = name_of_caller(hearing);
  std::vector<Effect> effects;
  effects.emplace_back(RevokeLookupSecrets{.user = user, .kind = LookupKind::bypass});
  effects.emplace_back(
      LeaveNotice{.user = user, .text = fmt::format("your bypass was revoked by {}", by)});
  return commit_change(hearing, std::move(effects),
                       fmt::format("bypass of {} revoked by {}", user, by),
                       "a credential of yours changed meanwhile: nothing was revoked");
}

}  // namespace usher
