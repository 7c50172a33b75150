// SPDX-License-Identifier: Apache-2.0
// Any bytes as usher.toml, as a rule file and as a file of expectations: either findings that are
// safe to print, or settings, rules and expectations that keep what their types promise.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/expectations.h"
#include "daemon/config/lists.h"
#include "daemon/config/settings.h"
#include "daemon/config/text.h"
#include "tests/unit/config/rule_file.h"

namespace {

using namespace usher;
using namespace usher::config;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_findings(const Document& document) {
  require(document.well_formed() || !document.findings().empty());
  for (const Finding& finding : document.findings()) {
    require(!finding.message.empty());
    for (const std::string& text : {finding.message, finding.hint, finding.source_line})
      require(printable(text) == text);
    require(!render(finding).empty());
  }
}

void check_settings(const Settings& settings) {
  require(settings.password_memory_bytes >= std::uint64_t{19} << 20);
  require(settings.password_passes >= 2);
  require(settings.password_least_length >= 8 && settings.password_least_length_with_code >= 8);
  require(settings.prompt_seconds >= 1 && settings.prompt_seconds <= settings.dialogue_seconds);
  require(settings.root_dialogues_reserved < settings.root_dialogues);
  require(settings.history_seconds >= 24 * 3600);
  require(settings.audit_journal || !settings.audit_file.empty());
  require(!settings.rules.empty());
  for (const std::string& path : {settings.root_socket, settings.self_socket,
                                  settings.control_socket, settings.store, settings.master_key})
    require(path.starts_with('/') && !path.ends_with('/'));
}

void check_rule(const Rule& rule) {
  require(!rule.name.empty() && rule.at.line > 0 && rule.at.column > 0);
  require(rule.deny == rule.require.empty());
  std::vector<Factor> seen;
  for (const Requirement& requirement : rule.require) {
    require(!requirement.any_of.empty());
    for (const Factor factor : requirement.any_of) {
      for (const Factor earlier : seen) require(earlier != factor);
      seen.push_back(factor);
    }
  }
  for (std::size_t i = 0; i < rule.reuse.size(); ++i) {
    const ReuseWindow& window = rule.reuse[i];
    require(window.seconds >= 1 && window.seconds <= 7 * 24 * 3600);
    require(contains(seen, window.factor));
    for (std::size_t j = 0; j < i; ++j) require(rule.reuse[j].factor != window.factor);
  }
  for (const auto* names : {&rule.services, &rule.users, &rule.groups})
    for (const std::string& name : *names) require(is_one_printable_line(name) && !name.empty());
}

void check_expectation(const Expectation& expectation) {
  require(expectation.at.line > 0 && is_one_printable_line(expectation.name));
  require(!expectation.users.empty() && !expectation.services.empty() && !expectation.from.empty());
  require(!expectation.would || expectation.decision == Decision::Kind::observed);
  for (const Proof& proof : expectation.proven)
    require(proof.age.has_value() == (proof.by == ProvenBy::session) && proof.age.value_or(0) >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);

  Document settings_file("usher.toml", text);
  const SettingsFile settings = read_settings(settings_file, "/etc/usher");
  check_findings(settings_file);
  if (settings_file.findings().empty()) check_settings(settings.settings);

  Document rule_file("50-example.toml", text);
  const std::vector<Rule> rules = testing::read_rule_file(rule_file);
  check_findings(rule_file);
  if (rule_file.findings().empty())
    for (const Rule& rule : rules) check_rule(rule);

  Document test_file("50-example.test.toml", text);
  const ExpectationFile expectations = read_expectations(test_file);
  check_findings(test_file);
  if (test_file.findings().empty())
    for (const Expectation& each : expectations.expectations) check_expectation(each);
  return 0;
}
