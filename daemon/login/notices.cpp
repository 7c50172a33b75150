// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/notices.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace usher {
namespace {

bool has_room_for_text(const Hearing& hearing) {
  const Request& request = hearing.request;
  const ServiceTraits& traits = hearing.rules.services;
  return request.caller.trusted && !lists(traits.screen_lockers, request.service) &&
         !lists(traits.one_field, request.service);
}

constexpr std::int64_t kSecondsToldAgain = std::int64_t{3} * 24 * 3600;

/// Whether it was told for long enough.
bool is_seen(const Hearing& hearing, const Notice& notice) {
  const std::int64_t now = hearing.event.time_microseconds / kMicrosecondsPerSecond;
  return now - notice.at >= kSecondsToldAgain;
}

std::string line_of(const Notice& notice) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC: {}", fmt::gmtime(static_cast<std::time_t>(notice.at)),
                     notice.text);
}

}  // namespace

std::string take_notices(Hearing& hearing, const std::string& user, std::vector<Effect>& effects) {
  if (!has_room_for_text(hearing)) return {};
  const auto waiting = hearing.ports.store.notices(user);
  if (!waiting || waiting->empty()) return {};
  std::string text;
  std::int64_t seen = 0;
  for (const Notice& notice : *waiting) {
    const std::string line = line_of(notice);
    if (text.size() + line.size() + 1 > kMaxText) break;
    if (!text.empty()) text += '\n';
    text += line;
    if (is_seen(hearing, notice)) seen = notice.id;
  }
  if (seen != 0) effects.emplace_back(TakeNotices{.user = user, .up_to = seen});
  return text;
}

}  // namespace usher
