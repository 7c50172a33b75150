// SPDX-License-Identifier: Apache-2.0
#include "keeper/verifier.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/config/text.h"
#include "keeper/hashing.h"
#include "keeper/shadow.h"

namespace usher {
namespace {

KeeperReply wrong() { return {.outcome = KeeperOutcome::wrong}; }

KeeperReply right(AccountState state) {
  return {.seal = KeeperSeal::right, .outcome = KeeperOutcome::right, .state = state};
}

}  // namespace

KeeperReply Verifier::answer(const KeeperVerify& question) {
  const auto place = parts_.gate.enter(Deadline::after(kTurnMilliseconds));
  if (!place.held()) return failed("no turn to hash a password came up in time");
  if (question.password.empty()) return compare(question);
  // Paid for in turn: no more charges are open at once than passwords are being hashed, so that
  // many right ones together do not look like guessing.
  auto charge = parts_.limit.charge(question.user);
  if (!charge.paid()) {
    parts_.log.note(fmt::format("too many wrong passwords for {}: not looked at",
                                config::ticked(question.user)));
    return {.outcome = KeeperOutcome::throttled};
  }
  const KeeperReply reply = compare(question);
  if (reply.outcome != KeeperOutcome::wrong) charge.give_back();
  return reply;
}

KeeperReply Verifier::compare(const KeeperVerify& question) {
  const auto text = parts_.shadow.read();
  if (!text) return failed(text.error().message);
  const ShadowLookUp found = look_up(text->view(), question.user);
  const std::string_view decoy = found.usual_hash.empty() ? fallback_ : found.usual_hash;
  // An empty password is never right, whatever a hash may say of it.
  const bool has_hash = found.entry && is_hash(found.entry->hash) && !question.password.empty();

  auto match = compare_with_hash(question.password, has_hash ? found.entry->hash : decoy);
  if (!match) return failed(match.error().message);
  if (has_hash && *match == HashMatch::same) return right(account_state_of(*found.entry, today()));
  // A method that libcrypt does not know costs nothing: the work is done with another's.
  if (*match == HashMatch::unknown_method) match = compare_with_hash(question.password, decoy);
  if (!match) return failed(match.error().message);
  if (*match == HashMatch::unknown_method) static_cast<void>(compare_with_hash("x", fallback_));
  return wrong();
}

template <typename Look>
bool Verifier::look_up_account(std::string_view user, Look look) {
  // A gate of its own: whoever keeps all processors hashing keeps nobody from being looked up.
  const auto place = reading_.enter(Deadline::after(kTurnMilliseconds));
  if (!place.held()) {
    parts_.log.note("no turn to look an account up came up in time");
    return false;
  }
  const auto text = parts_.shadow.read();
  if (!text) {
    parts_.log.note(text.error().message);
    return false;
  }
  look(look_up(text->view(), user));
  return true;
}

KeeperReply Verifier::answer(const KeeperState& question) {
  KeeperReply reply;
  const bool known = look_up_account(question.user, [&](const ShadowLookUp& found) {
    if (found.entry) reply.state = account_state_of(*found.entry, today());
  });
  if (known) reply.outcome = KeeperOutcome::state_only;
  return reply;
}

KeeperStandingReply Verifier::answer(const KeeperStanding& question) {
  KeeperStandingReply reply;
  const bool known = look_up_account(question.user, [&](const ShadowLookUp& found) {
    if (!found.entry) return;
    reply.state = account_state_of(*found.entry, today());
    if (!is_hash(found.entry->hash)) return;
    const HashMarks::Mark mark = marks_.mark_of(question.user, found.entry->hash);
    reply.mark_first = mark.first;
    reply.mark_second = mark.second;
  });
  if (known) reply.outcome = KeeperOutcome::state_only;
  return reply;
}

std::int64_t Verifier::today() const { return day_of(parts_.clock.wall_microseconds()); }

KeeperReply Verifier::failed(const std::string& why) {
  parts_.log.note(why);
  return {.outcome = KeeperOutcome::failed};
}

}  // namespace usher
