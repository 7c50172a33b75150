// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/control/credential_json.h"
#include "daemon/control/methods.h"
#include "daemon/factors/lookup_secret.h"
#include "daemon/login/administrators.h"
#include "usher/message.h"

namespace usher {
namespace {

/// Long enough for a keeper that is there, and no longer: everybody may ask this.
constexpr std::int64_t kStatePatience = 2'000;

/// Never the hash: it is of no use to anybody who may look.
Json described(const IssuedSecret& issued) {
  const LookupSecret& secret = issued.secret;
  return {{"user", issued.user},
          {"services", secret.services},
          {"expires", secret.expires.value_or(0)},
          {"uses_left", secret.uses_left},
          {"issued", secret.issued},
          {"issued_by", secret.issued_by},
          {"last_used", secret.last_used}};
}

std::expected<std::optional<std::string>, VarlinkError> user_if_given(const Json& parameters) {
  const auto given = parameters.find("user");
  if (given == parameters.end() || given->is_null()) return std::nullopt;
  auto text = text_parameter(parameters, "user", kMaxName);
  if (!text) return std::unexpected(std::move(text.error()));
  return std::move(*text);
}

/// Whose secrets the peer gets to see.
struct View {
  std::optional<std::string> user;  // none: everybody's
};

std::expected<View, VarlinkError> view_of_root(std::optional<std::string> user, Host& host) {
  if (!user) return View{};
  const auto person = host.find_user(std::string_view(*user));
  if (!person) return method_failed(person.error().message);
  if (*person) user = (*person)->name;
  return View{.user = std::move(user)};
}

/// The help desk sees everybody's bypasses, everybody else their own. No name of theirs is looked
/// up: that could keep threads busy which logins need.
std::expected<View, VarlinkError> view_of_person(std::optional<std::string> user,
                                                 const ControlPeer& peer, ControlPorts& ports) {
  const auto self = ports.host.find_user(peer.uid);
  if (!self) return method_failed("your account could not be looked up");
  if (!*self) return permission_denied("your uid has no account");
  if (is_administrator(**self, ports.rules.get()->admins, ports.host) == Match::yes)
    return View{.user = std::move(user)};
  if (user && *user != (*self)->name)
    return permission_denied("only administrators may see other people's bypasses");
  return View{.user = (*self)->name};
}

VarlinkReply listed(LookupKind kind, const char* member, const View& view, ControlPorts& ports) {
  const auto issued = ports.store.issued_secrets(kind);
  if (!issued) return method_failed(issued.error().message);
  Json list = Json::array();
  for (const IssuedSecret& each : *issued)
    if (!view.user || each.user == *view.user) list.push_back(described(each));
  return Json{{member, std::move(list)}};
}

/// Which password counts for them.
std::string_view password_of(const std::optional<std::string>& own, const std::string& user,
                             Keeper& keeper) {
  if (own) return "usher";
  const auto state = keeper.account_state(user, Deadline::after(kStatePatience));
  if (!state) return "unknown";
  return *state == AccountState::unknown ? "none" : "system";
}

}  // namespace

VarlinkReply list_bypasses_method(const Json& parameters, const ControlPeer& peer,
                                  ControlPorts& ports) {
  auto user = user_if_given(parameters);
  if (!user) return std::unexpected(std::move(user.error()));
  const auto view = peer.trusted ? view_of_root(std::move(*user), ports.host)
                                 : view_of_person(std::move(*user), peer, ports);
  if (!view) return std::unexpected(view.error());
  return listed(LookupKind::bypass, "bypasses", *view, ports);
}

VarlinkReply list_breakglass_method(const Json& parameters, const ControlPeer&,
                                    ControlPorts& ports) {
  auto user = user_if_given(parameters);
  if (!user) return std::unexpected(std::move(user.error()));
  const auto view = view_of_root(std::move(*user), ports.host);
  if (!view) return std::unexpected(view.error());
  return listed(LookupKind::breakglass, "secrets", *view, ports);
}

Result<Json> factors_of(const std::string& user, ControlPorts& ports) {
  const auto hash = ports.store.password_hash(user);
  if (!hash) return std::unexpected(hash.error());
  const auto codes = ports.store.list_otp(user);
  if (!codes) return std::unexpected(codes.error());
  const auto recovery = recovery_codes_left(user, ports.store);
  if (!recovery) return std::unexpected(recovery.error());
  Json labels = Json::array();
  for (const OtpSummary& code : *codes) labels.push_back(code.label);
  return Json{{"password", password_of(*hash, user, ports.keeper)},
              {"codes", std::move(labels)},
              {"recovery", *recovery}};
}

}  // namespace usher
