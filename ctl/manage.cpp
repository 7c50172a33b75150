// SPDX-License-Identifier: Apache-2.0
#include "ctl/manage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/endpoints.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/terminal.h"
#include "usher/relay.h"

namespace usher::ctl {
namespace {

constexpr std::string_view kService = "usherctl";

std::string listed(const std::vector<std::string>& services) {
  return fmt::format("{}", fmt::join(services, ","));
}

std::optional<Complaint> complaint_about(const Change& change) {
  const auto wrong = [](std::string what) {
    return Complaint{.code = ExitCode::usage, .what = std::move(what), .next = {}};
  };
  if (change.user.empty()) return wrong("your uid has no account: say for whom, by name");
  if (change.user.size() > kMaxName)
    return wrong(fmt::format("a user name has at most {} bytes", kMaxName));
  if (change.label.size() > kMaxLabel || change.new_label.size() > kMaxLabel)
    return wrong(fmt::format("a label has at most {} bytes", kMaxLabel));
  if (listed(change.services).size() > kMaxServices)
    return wrong(fmt::format("the services have {} bytes at most, together", kMaxServices));
  return std::nullopt;
}

/// `services` outlives what is returned.
Begin begin_of(const Change& change, const std::string& services, std::string_view asked_by) {
  Begin begin{.phase = Phase::manage};
  begin.service = kService;
  begin.user = change.user;
  begin.ruser = asked_by;
  begin.manage = {.operation = change.operation,
                  .label = change.label,
                  .algorithm = change.algorithm,
                  .digits = change.digits,
                  .period = change.period,
                  .plain = static_cast<std::uint8_t>(change.plain ? 1 : 0),
                  .kind = change.kind,
                  .new_label = change.new_label,
                  .services = services,
                  .seconds = change.seconds,
                  .uses = change.uses,
                  .change_at_login = static_cast<std::uint8_t>(change.change_at_login ? 1 : 0)};
  return begin;
}

Complaint broken_off(const Terminal& terminal) {
  Complaint complaint{.code = ExitCode::no, .what = "broken off: nothing was changed", .next = {}};
  switch (terminal.last_answer()) {
    case LineEnd::ended:
      if (terminal.is_script())
        complaint.next = "Standard input ended before the last question: give each answer a line.";
      break;
    case LineEnd::too_long:
      complaint.next = fmt::format("An answer has at most {} bytes.", kMaxSecret);
      break;
    case LineEnd::not_text:
      complaint.next = "An answer is text: it can't hold a NUL byte.";
      break;
    case LineEnd::failed:
      complaint.code = ExitCode::internal;
      complaint.next = "The answer could not be read, or its echo not be switched off.";
      break;
    case LineEnd::read:
    case LineEnd::interrupted:
      break;
  }
  return complaint;
}

Complaint refused(const RelayResult& result, const Terminal& terminal) {
  if (terminal.was_told_why())
    return {.code = ExitCode::no, .what = "nothing was changed", .next = {}};
  if (result.pam_code == PAM_SYSTEM_ERR)
    return {
        .code = ExitCode::internal,
        .what = "usherd could not do it",
        .next =
            "`usherctl log -n 1`, as root, says why, or what usherd wrote to its standard error."};
  return {.code = ExitCode::no,
          .what = "refused: nothing was changed",
          .next = "The log says why: `usherctl log -n 1`, as root."};
}

Complaint no_answer(const Endpoint& endpoint, const Terminal& terminal) {
  if (!terminal.was_asked())
    return no_answer_at(endpoint, "nobody listens there, or it took too long");
  return {.code = ExitCode::unreachable,
          .what = "usherd went away, or gave up waiting, before it said how it ended",
          .next = "See whether it was changed: `usherctl log -n 1`, as root; `usherctl otp list`."};
}

Complaint complaint_about(const RelayResult& result, const Endpoint& endpoint,
                          const Terminal& terminal) {
  switch (result.end) {
    case RelayEnd::unavailable:
    case RelayEnd::hung_up:
      return no_answer(endpoint, terminal);
    case RelayEnd::untrusted_daemon:
      return stranger_at(endpoint);
    case RelayEnd::cancelled:
      return broken_off(terminal);
    case RelayEnd::denied:
    case RelayEnd::ignored:
      return refused(result, terminal);
    case RelayEnd::bad_request:
      return {.code = ExitCode::usage,
              .what = "the name or the label can't be sent to usherd",
              .next = {}};
    case RelayEnd::no_resources:
      return {.code = ExitCode::internal,
              .what = "there is no memory, or no file descriptor, left for this process",
              .next = "See `ulimit -a`."};
    case RelayEnd::protocol_violation:
    case RelayEnd::accepted:
      break;
  }
  return {.code = ExitCode::internal,
          .what = fmt::format("who listens at {} does not speak usherd's protocol", endpoint.path),
          .next = "Are usherctl and usherd of the same version? `usherctl --version`"};
}

void report(const Globals& globals, const Change& change, const std::string& done) {
  if (!globals.json) {
    fmt::print("{}\n", plain_line(fmt::format("{} for {}", done, change.user)));
    return;
  }
  Json changed{{"operation", change.operation}, {"user", change.user}};
  if (!change.label.empty()) changed["label"] = change.label;
  if (!change.new_label.empty()) changed["new_label"] = change.new_label;
  if (!change.services.empty()) changed["services"] = change.services;
  print_json(changed);
}

}  // namespace

void add_change_options(CLI::App& app, Change& change) {
  app.add_option("USER", change.user, "Whose; your own without it. Root alone may name others")
      ->type_name("");
  add_stdin_option(app, change);
}

void add_options_for_others(CLI::App& app, Change& change) {
  app.add_option("USER", change.user, "Whose")->type_name("")->required();
  add_stdin_option(app, change);
}

void add_stdin_option(CLI::App& app, Change& change) {
  app.add_flag("--stdin", change.from_standard_input,
               "Read the answers from standard input, a line each");
}

std::string own_name() {
  const passwd* account = ::getpwuid(::getuid());
  return account == nullptr ? std::string() : account->pw_name;
}

ExitCode make_change(const Globals& globals, Change change, const std::string& done) {
  const std::string self = own_name();
  if (change.user.empty()) change.user = self;
  if (const auto wrong = complaint_about(change)) return complain(*wrong);
  const auto endpoint = login_endpoint(globals);
  if (!endpoint) return complain(endpoint.error());

  const std::string services = listed(change.services);
  Terminal terminal = Terminal::open(change.from_standard_input);
  const RelaySettings settings{.socket_path = endpoint->path,
                               .server_uid = expected_server_of(endpoint->path)};
  const RelayResult result = Relay(settings, terminal).run(begin_of(change, services, self));
  if (result.end != RelayEnd::accepted)
    return complain(complaint_about(result, *endpoint, terminal));
  report(globals, change, done);
  return ExitCode::ok;
}

}  // namespace usher::ctl
