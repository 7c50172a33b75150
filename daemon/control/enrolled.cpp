// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/enrolled.h"

#include <fmt/format.h>

#include "daemon/factors/lookup_secret.h"

namespace usher {

Result<Enrolled> enrolled(ControlPorts& ports, const std::optional<Person>& person,
                          Deadline deadline) {
  if (!person) return Enrolled{};
  const auto hash = ports.store.password_hash(person->name);
  if (!hash) return std::unexpected(hash.error());
  const auto codes = ports.store.list_otp(person->name);
  if (!codes) return std::unexpected(codes.error());
  const auto recovery = recovery_codes_left(person->name, ports.store);
  if (!recovery) return std::unexpected(recovery.error());
  const auto state = ports.keeper.account_state(person->name, deadline);
  if (!state)
    return Enrolled{.password = hash->has_value(),
                    .otp = !codes->empty(),
                    .recovery = *recovery > 0,
                    .trouble = state.error().message};
  // A password of Usher's own does not grow old with the one in /etc/shadow.
  const bool aged = *state == AccountState::password_expired && hash->has_value();
  return Enrolled{.password = hash->has_value() || *state != AccountState::unknown,
                  .otp = !codes->empty(),
                  .recovery = *recovery > 0,
                  .state = aged ? AccountState::ok : *state};
}

std::optional<std::string> obstacle(const std::optional<Person>& person, const Enrolled& has,
                                    const Decision& decision) {
  if (!person && decision.kind == Decision::Kind::satisfied) return "there is no such account";
  if (!has.trouble.empty()) return has.trouble;
  if (is_closed(has.state, /*logs_in=*/true))
    return fmt::format("/etc/shadow closes the account: {}", usher::name_of(has.state));
  return std::nullopt;
}

}  // namespace usher
