// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/text.h"
#include "daemon/review/doubts.h"
#include "daemon/review/pam_services.h"
#include "daemon/review/plain_file.h"

namespace usher::review {
namespace {

using config::Mention;
using config::ticked;

bool has_rule(const RuleSet& rules, std::string_view service) {
  return std::ranges::any_of(rules.rules, [&](const Rule& rule) {
    return rule.services.empty() || lists(rule.services, service);
  });
}

void report_denied(const std::string& service, const UsherLine& line, Findings& findings) {
  std::string what =
      fmt::format("everybody is denied here: no rule is about the service {}", ticked(service));
  if (line.module.file != line.place.at.file)
    what +=
        fmt::format(", and this leads to pam_usher.so ({}:{})", line.module.file, line.module.line);
  findings.push_back(finding_at(
      Severity::warning, line.place, what,
      fmt::format("add a rule with service = [\"{}\"], or take this line out", service)));
}

void note_unasked(const std::vector<std::string>& services, const config::Place& place,
                  Findings& findings) {
  if (services.empty()) return;
  findings.push_back(finding_at(
      Severity::note, place,
      fmt::format("no rule is about these services, and they don't ask Usher: {}",
                  fmt::join(services, ", ")),
      "that is right unless they are to ask: docs/programs.md has their stacks and rules"));
}

void find_without_rule(const RuleSet& rules, const PamServices& services,
                       const config::Place& place, Findings& findings) {
  std::vector<std::string> unasked;
  for (const std::string& service : services.services()) {
    if (has_rule(rules, service)) continue;
    if (const auto line = services.usher_line(service))
      report_denied(service, *line, findings);
    else
      unasked.push_back(service);
  }
  note_unasked(unasked, place, findings);
}

void report_absent(const Mention& service, const PamServices& services, Findings& findings) {
  const std::vector<std::string_view> installed(services.services().begin(),
                                                services.services().end());
  std::string hint = config::did_you_mean(service.text, installed);
  if (hint.empty())
    hint = "a service is named as its file in /etc/pam.d; take it out if the program is not here";
  findings.push_back(finding_at(
      Severity::warning, service.place,
      fmt::format("there is no service {} on this machine", ticked(service.text)), hint));
}

}  // namespace

void compare_services(const config::Reading& reading, const Machine& machine, Findings& findings) {
  const PamServices services(machine.pam_directories);
  if (machine.pam_directories.empty()) return;
  const config::Place place = place_of_file(machine.pam_directories.front());
  if (!services.known()) {
    findings.push_back(finding_at(
        Severity::note, place, "no PAM stacks can be read here, so services were not looked at"));
    return;
  }
  find_without_rule(reading.configuration.rules, services, place, findings);
  // A set knows a program by all its names, of which a machine has some.
  for (const config::WrittenRule& rule : reading.written.rules)
    for (const Mention& service : rule.named("service"))
      if (!services.has(service.text)) report_absent(service, services, findings);
}

}  // namespace usher::review
