// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/loud_factors.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "daemon/model/utf8.h"

namespace usher {
namespace {

/// "for sshd from 192.0.2.7"; what is no line of text is left out.
std::string where_of(const Request& request) {
  std::string where;
  if (is_harmless_line(request.service)) where += " for " + request.service;
  if (!request.rhost.empty() && is_harmless_line(request.rhost)) where += " from " + request.rhost;
  return where;
}

/// How many codes there are once the one that was just used is gone; nothing where that can't be
/// told.
std::string words_for_left(const std::string& user, Store& store) {
  const auto now = recovery_codes_left(user, store);
  if (!now || *now == 0) return {};
  return fmt::format(", {} left", *now - 1);
}

bool has_earned(const Hearing& hearing, Factor factor) {
  return std::ranges::find(hearing.earned, factor, &EarnedProof::factor) != hearing.earned.end();
}

}  // namespace

std::vector<Effect> notices_of_use(Hearing& hearing, const std::string& user,
                                   std::span<const HeldFactor> held) {
  const std::string where = where_of(hearing.request);
  std::vector<Effect> notices;
  const auto leave = [&](std::string text) {
    notices.emplace_back(LeaveNotice{.user = user, .text = std::move(text)});
  };
  for (const HeldFactor& used : held) {
    if (used.factor == Factor::recovery)
      leave("a recovery code was used" + where + words_for_left(user, hearing.ports.store));
    if (used.factor == Factor::bypass) leave("a bypass was used" + where);
    if (used.factor == Factor::breakglass) leave("the break-glass secret was used" + where);
  }
  return notices;
}

bool is_bypass_alone(std::span<const Factor> held) {
  return !held.empty() &&
         std::ranges::all_of(held, [](Factor factor) { return factor == Factor::bypass; });
}

EventKind loud_kind(const Hearing& hearing, bool accepted, EventKind usual) {
  if (!accepted)
    return hearing.tried_glass || has_earned(hearing, Factor::breakglass)
               ? EventKind::breakglass_refused
               : usual;
  if (has_earned(hearing, Factor::breakglass)) return EventKind::breakglass_used;
  if (has_earned(hearing, Factor::bypass)) return EventKind::bypass_used;
  if (has_earned(hearing, Factor::recovery)) return EventKind::recovery_used;
  return usual;
}

}  // namespace usher
