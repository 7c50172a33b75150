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

struct SealWish {
  Change change{.operation = "breakglass.seal"};
  std::string span;
  std::string until;
};

ExitCode seal(const Globals& globals, const SealWish& wish) {
  Change change = wish.change;
  const std::string& end = wish.until.empty() ? wish.span : wish.until;
  if (!end.empty()) {
    // Each option takes its own kind of time.
    const bool is_date = end.contains('-');
    const auto seconds =
        is_date == wish.until.empty() ? std::nullopt : span_until(end, std::time(nullptr));
    if (!seconds)
      return complain({.code = ExitCode::usage,
                       .what = fmt::format("{} is no time to come", config::ticked(end)),
                       .next = "write it like --until 2027-12-31 or --for 1y"});
    change.seconds = *seconds;
  }
  return make_change(globals, change, "break-glass secret sealed");
}

Run setup_breakglass_seal(CLI::App& app) {
  const auto wish = std::make_shared<SealWish>();
  add_options_for_others(app, wish->change);
  CLI::Option* until =
      app.add_option("--until", wish->until, "The last day on which it counts, like 2027-12-31")
          ->type_name("DATE");
  app.add_option("--for", wish->span, "How long it counts, up to 5y; 1y without it")
      ->type_name("TIME")
      ->excludes(until);
  return [wish](const Globals& globals) { return seal(globals, *wish); };
}

}  // namespace

const Command kBreakglassSeal{
    .name = "breakglass seal",
    .summary = "Make a secret for an envelope, for when nothing else lets anybody in",
    .lesson =
        R"(Shows a secret, once, which stands for all that a rule asks of USER, password and code,
wherever a rule asks at all. Print it, seal it, lock it away. One that was sealed before is gone
then. Each use is an event of its own, `breakglass-used`, of the priority alert; seal anew after
one. It is good for a hundred uses. For root.

Have an account for this that nobody uses otherwise, and rules that let it in by ways which
work when others don't. `usherctl breakglass test` shows that it would.

Examples:
  usherctl breakglass seal rescue --for 1y
  usherctl breakglass seal rescue --until 2027-12-31)",
    .setup = setup_breakglass_seal};

}  // namespace usher::ctl
