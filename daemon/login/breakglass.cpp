// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/breakglass.h"

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
#include "daemon/login/group_facts.h"
#include "daemon/login/hand_out_secret.h"
#include "daemon/policy/rule_index.h"

namespace usher {
namespace {

constexpr std::uint32_t kYear = 365 * 24 * 3600;
constexpr std::uint32_t kMostYears = 5;
/// An emergency is more than one login, and an envelope that was opened is no key for ever.
constexpr std::uint32_t kUses = 100;

/// A way in that there is on most machines.
struct Way {
  std::string_view name;
  std::string_view service;
  std::string_view rhost;
  std::string_view tty;
};
constexpr std::array kWays = {
    Way{"login at the console", "login", "", "tty1"},
    Way{"sshd from this machine", "sshd", "127.0.0.1", "ssh"},
    // RFC 5737: an address that is nobody's.
    Way{"sshd from 192.0.2.1", "sshd", "192.0.2.1", "ssh"},
};

/// Why nothing gets anybody in by this way, whatever they prove; none where something does.
std::optional<std::string> reason_against(const Way& way, const Hearing& hearing,
                                          const GroupFacts& groups) {
  const Facts facts{.service = way.service,
                    .source = Source::of(way.rhost),
                    .tty = way.tty,
                    .now = hearing.event.time_microseconds / kMicrosecondsPerSecond,
                    .person = groups.person ? &*groups.person : nullptr,
                    .unresolved_groups = groups.unresolved,
                    .proven = {}};
  Decision decision = judge(hearing.index, facts);
  if (decision.kind != Decision::Kind::denied) return std::nullopt;
  return std::move(decision.reason);
}

/// What of the account itself is in the way; none where nothing is.
Result<std::optional<std::string>> reason_of_account(Hearing& hearing, const std::string& user) {
  const auto must_change = hearing.ports.store.must_change_password(user);
  if (!must_change) return std::unexpected(must_change.error());
  const auto own = hearing.ports.store.password_hash(user);
  if (!own) return std::unexpected(own.error());
  const auto state = hearing.ports.keeper.account_state(user, hearing.dialogue.deadline());
  if (!state) return std::unexpected(state.error());
  // How old the password of /etc/shadow is concerns nobody who has an Usher password.
  const bool counts = *state != AccountState::password_expired || !own->has_value();
  if (counts && is_closed(*state, /*logs_in=*/true))
    return fmt::format("/etc/shadow closes the account: {}", name_of(*state));
  if (*must_change || (*state == AccountState::must_change && !own->has_value()))
    return "its password has to be changed at the next login, which the secret does not know";
  return std::nullopt;
}

/// What a test found.
struct Trial {
  std::vector<std::string> open;    // ways
  std::vector<std::string> closed;  // ways, and why
};

Result<Trial> try_ways(Hearing& hearing, const std::string& user) {
  const auto found = hearing.ports.host.find_user(user);
  if (!found) return std::unexpected(found.error());
  const Person* person = *found ? &**found : nullptr;
  const GroupFacts groups = look_up_groups(hearing.index.group_names(), person, hearing.ports.host);
  Trial trial;
  for (const Way& way : kWays) {
    if (auto against = reason_against(way, hearing, groups))
      trial.closed.push_back(fmt::format("{} ({})", way.name, *against));
    else
      trial.open.emplace_back(way.name);
  }
  return trial;
}

std::expected<void, DialogueEnd> report(Hearing& hearing, const Trial& trial) {
  std::string text = fmt::format("It would let in: {}.", fmt::join(trial.open, ", "));
  if (!trial.closed.empty())
    text += fmt::format("\nNot, whatever is proven: {}.", fmt::join(trial.closed, ", "));
  if (text.size() > kMaxText) text.resize(kMaxText);
  return hearing.dialogue.tell(PromptStyle::info, text);
}

std::string words_for_failure(const std::string& reason) {
  return reason == words_for_none(LookupKind::breakglass) ? "it is not the secret" : reason;
}

bool is_sealed(const std::vector<LookupSecret>& secrets) {
  return std::ranges::find(secrets, LookupKind::breakglass, &LookupSecret::kind) != secrets.end();
}

}  // namespace

Outcome seal_breakglass(Hearing& hearing, const std::string& user) {
  const std::uint32_t wanted = hearing.request.manage.seconds;
  const std::uint32_t seconds = wanted != 0 ? wanted : kYear;
  if (seconds > kMostYears * kYear)
    return refused_change(
        fmt::format("a break-glass secret is good for {} years at most", kMostYears));
  const std::int64_t expires =
      hearing.ports.clock.wall_microseconds() / kMicrosecondsPerSecond + seconds;
  const std::string by = name_of_caller(hearing);
  const auto hash = hand_out_secret(
      hearing, LookupKind::breakglass, user,
      fmt::format("Break-glass secret of {}, until {}, for a sealed envelope: whoever has it gets "
                  "in as {}.",
                  user, utc_minute(expires), user));
  if (!hash) return std::unexpected(hash.error());
  if (!*hash) return internal_failure(hash->error().message);

  std::vector<Effect> effects;
  effects.emplace_back(AddLookupSecrets{.user = user,
                                        .hashes = {**hash},
                                        .alike = {.kind = LookupKind::breakglass,
                                                  .services = {},
                                                  .expires = expires,
                                                  .uses_left = kUses,
                                                  .issued_by = by},
                                        .replace = true});
  effects.emplace_back(
      LeaveNotice{.user = user, .text = fmt::format("a break-glass secret was sealed by {}", by)});
  return commit_change(
      hearing, std::move(effects),
      fmt::format("break-glass secret of {} sealed until {}", user, utc_minute(expires)),
      "somebody else changed it at the same moment");
}

Outcome revoke_breakglass(Hearing& hearing, const std::string& user) {
  const auto secrets = hearing.ports.store.lookup_secrets(user);
  if (!secrets) return internal_failure(secrets.error().message);
  if (!is_sealed(*secrets))
    return refused_change(fmt::format("{} has no break-glass secret", user));
  return commit_change(hearing, RevokeLookupSecrets{.user = user, .kind = LookupKind::breakglass},
                       fmt::format("break-glass secret of {} revoked", user),
                       "somebody else changed it at the same moment");
}

Outcome test_breakglass(Hearing& hearing, const std::string& user) {
  const auto secrets = hearing.ports.store.lookup_secrets(user);
  if (!secrets) return internal_failure(secrets.error().message);
  if (!is_sealed(*secrets))
    return refused_change(
        fmt::format("{} has no break-glass secret: `usherctl breakglass seal` makes one", user));
  const auto answer = hearing.dialogue.ask(PromptStyle::hidden, PromptPurpose::other,
                                           fmt::format("Break-glass secret of {}: ", user));
  if (!answer) return std::unexpected(answer.error());
  const auto check = check_lookup_secret(LookupKind::breakglass, user, {}, *answer,
                                         hearing.ports.store, hearing.ports.clock);
  if (!check) return internal_failure(check.error().message);
  if (!check->held())
    return refused_change("this would let nobody in: " + words_for_failure(check->reason));
  const auto account = reason_of_account(hearing, user);
  if (!account)
    return internal_failure("how the account stands could not be found out: " +
                            account.error().message);
  if (*account) return refused_change("the secret is right, and would let nobody in: " + **account);
  const auto trial = try_ways(hearing, user);
  if (!trial) return internal_failure(trial.error().message);
  if (trial->open.empty())
    return refused_change(fmt::format("the secret is right, and the rules let nobody in by it: {}",
                                      fmt::join(trial->closed, ", ")));
  if (const auto told = report(hearing, *trial); !told) return std::unexpected(told.error());
  return VerdictResult::accept(fmt::format("the break-glass secret of {} would work", user));
}

}  // namespace usher
