// SPDX-License-Identifier: Apache-2.0
#include "daemon/control/methods.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/audit/newest_lines.h"
#include "daemon/control/interface_text.h"
#include "daemon/factors/otp.h"
#include "usher/message.h"

namespace usher {
namespace {

constexpr std::int64_t kMaxLogCount = 10'000;

VarlinkReply get_info(const Json&, const ControlPeer&, ControlPorts& ports) {
  return Json{{"vendor", "Usher"},
              {"product", "usherd"},
              {"version", ports.status().version},
              {"url", ""},
              {"interfaces", {"org.varlink.service", "org.usher.control"}}};
}

VarlinkReply get_interface_description(const Json& parameters, const ControlPeer&, ControlPorts&) {
  const auto interface = text_parameter(parameters, "interface", 256);
  if (!interface) return std::unexpected(interface.error());
  if (*interface == "org.usher.control") return Json{{"description", kControlInterfaceText}};
  if (*interface == "org.varlink.service") return Json{{"description", kServiceInterfaceText}};
  return std::unexpected(VarlinkError{.name = "org.varlink.service.InterfaceNotFound",
                                      .parameters = {{"interface", *interface}}});
}

VarlinkReply status(const Json&, const ControlPeer&, ControlPorts& ports) {
  const DaemonStatus now = ports.status();
  const auto rules = ports.rules.get();
  return Json{{"version", now.version},       {"pid", ::getpid()},
              {"started", now.started},       {"configuration", now.configuration},
              {"rules", rules->rules.size()}, {"rules_version", rules->version},
              {"dialogues", now.dialogues},   {"accepted", now.accepted},
              {"denied", now.denied},         {"observed", now.observed},
              {"refused", now.refused}};
}

VarlinkReply reload(const Json&, const ControlPeer& peer, ControlPorts& ports) {
  if (const auto loaded = ports.reload(peer); !loaded) {
    if (!loaded.error().in_configuration) return method_failed(loaded.error().text);
    return std::unexpected(VarlinkError{.name = "org.usher.control.ConfigurationRejected",
                                        .parameters = {{"findings", loaded.error().text}}});
  }
  const auto rules = ports.rules.get();
  return Json{{"rules", rules->rules.size()}, {"rules_version", rules->version}};
}

/// Whether a line of the audit log is about `user`, as typed or as the system knows the name.
bool concerns(std::string_view line, const std::string& user) {
  const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!event.is_object()) return false;
  const auto names = [&](const char* member) {
    const auto found = event.find(member);
    return found != event.end() && found->is_string() && *found == user;
  };
  return names("user") || names("person");
}

VarlinkReply log(const Json& parameters, const ControlPeer&, ControlPorts& ports) {
  const auto count = parameters.find("count");
  if (count == parameters.end() || !count->is_number_integer() || *count < 1 ||
      *count > kMaxLogCount)
    return invalid_parameter("count");
  std::optional<std::string> user;
  if (const auto given = parameters.find("user"); given != parameters.end() && !given->is_null()) {
    auto text = text_parameter(parameters, "user", kMaxName);
    if (!text) return std::unexpected(std::move(text.error()));
    user = std::move(*text);
  }
  if (ports.audit_file.empty())
    return method_failed(
        "usherd writes no audit file, since [audit] file is empty: read the journal with "
        "`journalctl -t usherd`");

  const NewestLinesLimits limits{.lines = count->get<std::size_t>()};
  auto events = newest_lines(ports.audit_file, limits,
                             [&](std::string_view line) { return !user || concerns(line, *user); });
  if (!events) return method_failed(events.error().message);
  return Json{{"events", std::move(*events)}};
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// The canonical name of the account whose codes `peer` may see under the name `user`. A stranger
/// gets the same refusal whether there is such an account or not.
std::expected<std::string, VarlinkError> own_or_any(const std::string& user,
                                                    const ControlPeer& peer, Host& host) {
  if (peer.trusted) {
    const auto wanted = host.find_user(std::string_view(user));
    if (!wanted) return method_failed(wanted.error().message);
    // An account that is gone may have left credentials behind under the name it had.
    return *wanted ? (*wanted)->name : user;
  }
  // No name of theirs is looked up: that could keep threads busy which logins need.
  const auto self = host.find_user(peer.uid);
  if (!self) return method_failed("your account could not be looked up");
  if (!*self || !equal_in_any_case((*self)->name, user))
    return permission_denied("only root may see other people's codes");
  return (*self)->name;
}

VarlinkReply list_otp(const Json& parameters, const ControlPeer& peer, ControlPorts& ports) {
  const auto user = text_parameter(parameters, "user", kMaxName);
  if (!user) return std::unexpected(user.error());
  const auto person = own_or_any(*user, peer, ports.host);
  if (!person) return std::unexpected(person.error());
  const auto codes = ports.store.list_otp(*person);
  if (!codes) return method_failed(codes.error().message);
  Json list = Json::array();
  for (const OtpSummary& code : *codes)
    list.push_back({{"label", code.label},
                    {"kind", code.parameters.kind == OtpKind::hotp ? "HOTP" : "TOTP"},
                    {"algorithm", name_of(code.parameters.algorithm)},
                    {"digits", code.parameters.digits},
                    {"period", code.parameters.period},
                    {"created", code.created},
                    {"last_used", code.last_used}});
  return Json{{"codes", std::move(list)}};
}

enum class MayCall : std::uint8_t { root = 1, everybody };

struct Method {
  std::string_view name;
  MayCall who;
  VarlinkReply (*run)(const Json& parameters, const ControlPeer& peer, ControlPorts& ports);
};

// "everybody" where the method itself decides how much the peer gets to know.
constexpr std::array kMethods = {
    Method{"org.varlink.service.GetInfo", MayCall::everybody, get_info},
    Method{"org.varlink.service.GetInterfaceDescription", MayCall::everybody,
           get_interface_description},
    Method{"org.usher.control.Status", MayCall::root, status},
    Method{"org.usher.control.Reload", MayCall::root, reload},
    Method{"org.usher.control.Explain", MayCall::root, explain_method},
    Method{"org.usher.control.ExplainEvent", MayCall::root, explain_event_method},
    Method{"org.usher.control.Readiness", MayCall::root, readiness_method},
    Method{"org.usher.control.Log", MayCall::root, log},
    Method{"org.usher.control.ListOtp", MayCall::everybody, list_otp},
    Method{"org.usher.control.ListBypasses", MayCall::everybody, list_bypasses_method},
    Method{"org.usher.control.ListBreakglass", MayCall::root, list_breakglass_method},
    Method{"org.usher.control.Sessions", MayCall::everybody, sessions_method},
    Method{"org.usher.control.GetSession", MayCall::everybody, get_session_method},
    Method{"org.usher.control.History", MayCall::everybody, history_method},
    Method{"org.usher.control.EndSessions", MayCall::everybody, end_sessions_method},
    Method{"org.usher.control.WhoAmI", MayCall::everybody, who_am_i_method},
};

VarlinkError not_found(const std::string& method) {
  return {.name = "org.varlink.service.MethodNotFound", .parameters = {{"method", method}}};
}

}  // namespace

VarlinkReply call_method(const VarlinkCall& call, const ControlPeer& peer, ControlPorts& ports) {
  for (const Method& method : kMethods) {
    if (method.name != call.method) continue;
    if (method.who == MayCall::root && !peer.trusted)
      return permission_denied("only root may ask usherd for this");
    return method.run(call.parameters, peer, ports);
  }
  return std::unexpected(not_found(call.method));
}

}  // namespace usher
