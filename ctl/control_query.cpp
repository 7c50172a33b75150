// SPDX-License-Identifier: Apache-2.0
#include "ctl/control_query.h"

#include <fmt/format.h>

#include <string>

#include "ctl/complaint.h"
#include "ctl/control_client.h"
#include "ctl/endpoints.h"

namespace usher::ctl {
namespace {

constexpr std::string_view kInterface = "org.usher.control.";

Complaint nonsense_from(const Endpoint& endpoint, const std::string& why) {
  return {.code = ExitCode::internal,
          .what = fmt::format("what came from {} is not an answer: {}", endpoint.path, why),
          .next = "Are usherctl and usherd of the same version? `usherctl --version`"};
}

std::string text_in(const Json& parameters, const char* member) {
  const auto found = parameters.find(member);
  return found != parameters.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

/// An error of the interface, in words.
Complaint complaint_about(const ControlFailure& failure, std::string_view method) {
  const std::string& name = failure.detail;
  if (name == "org.usher.control.PermissionDenied")
    return {.code = ExitCode::no,
            .what = text_in(failure.parameters, "reason"),
            .next = "Ask an administrator, or run it as root."};
  if (name == "org.usher.control.ConfigurationRejected") {
    std::string findings = text_in(failure.parameters, "findings");
    while (findings.ends_with('\n')) findings.pop_back();
    return {.code = ExitCode::configuration,
            .what = "usherd keeps its old rules:\n" + findings,
            .next = "Mend that and reload again."};
  }
  if (name == "org.usher.control.NoSession")
    return {.code = ExitCode::no, .what = text_in(failure.parameters, "reason"), .next = {}};
  if (name == "org.usher.control.Failed")
    return {.code = ExitCode::internal,
            .what = "usherd could not do it: " + text_in(failure.parameters, "reason"),
            .next = {}};
  if (name == "org.varlink.service.InvalidParameter")
    return {.code = ExitCode::usage,
            .what = fmt::format("usherd does not take this value for \"{}\"",
                                text_in(failure.parameters, "parameter")),
            .next = {}};
  if (name == "org.varlink.service.MethodNotFound")
    return {.code = ExitCode::internal,
            .what = fmt::format("usherd does not know how to {}", method),
            .next = "It is older than usherctl: stop it and start the new one."};
  return {.code = ExitCode::internal,
          .what = fmt::format("usherd answers with an error: {}", name),
          .next = {}};
}

Complaint complaint_about(const ControlFailure& failure, const Endpoint& endpoint,
                          std::string_view method) {
  switch (failure.kind) {
    case ControlFailure::Kind::unreachable:
      return no_answer_at(endpoint, failure.detail);
    case ControlFailure::Kind::untrusted:
      return stranger_at(endpoint);
    case ControlFailure::Kind::timed_out:
      return no_answer_at(endpoint, "it took too long");
    case ControlFailure::Kind::hung_up:
      return no_answer_at(endpoint,
                          "it hung up, as it does when it is stopping, too busy, or has no store "
                          "yet (`usherctl init`)");
    case ControlFailure::Kind::malformed:
      return nonsense_from(endpoint, "it is not a Varlink reply");
    case ControlFailure::Kind::refused:
      return complaint_about(failure, method);
  }
  return {};
}

}  // namespace

std::expected<void, Complaint> try_control(const Globals& globals, std::string_view method,
                                           const Json& parameters,
                                           const std::function<void(const Json& reply)>& use) {
  const auto endpoint = control_endpoint(globals);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto reply =
      call_control(endpoint->path, fmt::format("{}{}", kInterface, method), parameters);
  if (!reply) return std::unexpected(complaint_about(reply.error(), *endpoint, method));
  try {
    use(*reply);
  } catch (const Json::exception& missing) {
    return std::unexpected(nonsense_from(*endpoint, missing.what()));
  }
  return {};
}

ExitCode ask_control(const Globals& globals, std::string_view method, const Json& parameters,
                     const std::function<ExitCode(const Json& reply)>& show) {
  ExitCode code = ExitCode::internal;
  const auto asked =
      try_control(globals, method, parameters, [&](const Json& reply) { code = show(reply); });
  return asked ? code : complain(asked.error());
}

}  // namespace usher::ctl
