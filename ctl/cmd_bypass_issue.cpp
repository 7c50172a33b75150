// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <memory>
#include <string>

#include "ctl/complaint.h"
#include "ctl/manage.h"
#include "ctl/times.h"
#include "daemon/config/text.h"

namespace usher::ctl {
namespace {

struct BypassWish {
  Change change{.operation = "bypass.issue"};
  std::string span;
};

ExitCode issue(const Globals& globals, const BypassWish& wish) {
  Change change = wish.change;
  if (!wish.span.empty()) {
    const auto seconds = span_until(wish.span, std::time(nullptr));
    if (!seconds)
      return complain({.code = ExitCode::usage,
                       .what = fmt::format("{} is no time to come", config::ticked(wish.span)),
                       .next = "write it like 30m, 1h or 24h"});
    change.seconds = *seconds;
  }
  return make_change(globals, change, "bypass issued");
}

Run setup_bypass_issue(CLI::App& app) {
  const auto wish = std::make_shared<BypassWish>();
  add_options_for_others(app, wish->change);
  app.add_option("--service", wish->change.services,
                 "Where it counts, as the file's name in /etc/pam.d; more than one may be given")
      ->type_name("NAME")
      ->delimiter(',')
      ->required()
      ->allow_extra_args(false);
  app.add_option("--for", wish->span, "How long it counts, up to 24h; 1h without it")
      ->type_name("TIME");
  app.add_option("--uses", wish->change.uses, "How often it counts, up to 20; once without it")
      ->type_name("N")
      ->check(CLI::Range(1, 20).description(""));
  return [wish](const Globals& globals) { return issue(globals, *wish); };
}

}  // namespace

const Command kBypassIssue{
    .name = "bypass issue",
    .summary = "Help somebody in who has lost what makes their codes",
    .lesson =
        R"(Shows a secret, once, for the person to type in place of a code, beside their password, at
the services named. By itself it lets nobody in. One that they had is gone from then on. They
are told of it at their next login.

For root, and for those whom `admins` in usher.toml lists: these prove themselves first, with a
code, and issue none to themselves, to root, to a break-glass account or to each other. Be sure
who is asking: see that it is them, or call them back.

Examples:
  usherctl bypass issue ada --for 1h --service sshd
  usherctl bypass issue ada --service sshd --service sudo --uses 3)",
    .setup = setup_bypass_issue};

}  // namespace usher::ctl
