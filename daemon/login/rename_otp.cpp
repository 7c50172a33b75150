// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/rename_otp.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "daemon/login/commit_change.h"
#include "daemon/model/utf8.h"

namespace usher {
namespace {

bool has(const std::vector<OtpSummary>& codes, std::string_view label) {
  return std::ranges::find(codes, label, &OtpSummary::label) != codes.end();
}

}  // namespace

Outcome rename_otp(Hearing& hearing, const std::string& user) {
  const std::string& label = hearing.request.manage.label;
  const std::string& new_label = hearing.request.manage.new_label;
  if (new_label.empty()) return refused_change("say what the code is to be called");
  if (!is_harmless_line(new_label))
    return refused_change("a label holds printable characters only");
  const auto codes = hearing.ports.store.list_otp(user);
  if (!codes) return internal_failure(codes.error().message);
  if (!has(*codes, label))
    return refused_change(fmt::format(
        "{} has no code named \"{}\": `usherctl otp list` shows the names", user, label));
  if (has(*codes, new_label))
    return refused_change(fmt::format("there is a code named \"{}\" already", new_label));
  return commit_change(hearing, RenameOtp{.user = user, .label = label, .new_label = new_label},
                       fmt::format(R"(code "{}" of {} renamed to "{}")", label, user, new_label),
                       "a credential changed meanwhile: nothing was renamed");
}

}  // namespace usher
