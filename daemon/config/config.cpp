// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/config.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/findings.h"
#include "daemon/config/rule_files.h"
#include "daemon/config/rules.h"
#include "daemon/config/safe_file.h"
#include "daemon/config/sets.h"
#include "daemon/config/settings.h"
#include "daemon/config/text.h"
#include "daemon/config/version.h"
#include "daemon/config/written.h"

namespace usher {
namespace {

namespace fs = std::filesystem;
using namespace config;

class Loader {
 public:
  explicit Loader(fs::path file, fs::path own_rules = {})
      : file_(std::move(file)), own_rules_(std::move(own_rules)) {}

  enum class Extent : unsigned char { settings = 1, rules, places };

  std::expected<Reading, std::vector<Finding>> load(Extent extent) {
    load_file(extent);
    if (findings_.empty()) return std::move(reading_);
    sort_by_place(findings_);
    return std::unexpected(std::move(findings_));
  }

 private:
  void load_file(Extent extent) {
    std::error_code error;
    const fs::path absolute = fs::absolute(file_, error);
    if (error) return report_file(file_, {.message = error.message(), .hint = {}});
    auto text = read_safe_file(absolute);
    if (!text) return report_file(file_, text.error());

    Document document(file_.string(), std::move(*text));
    SettingsFile settings = read_settings(document, absolute.parent_path());
    if (!own_rules_.empty()) settings.settings.rules.back() = own_rules_.string();
    // Rules from a place that was not meant would only be reported beside the point.
    if (extent != Extent::settings && settings.rules_known) load_rules(document, settings, extent);
    take_findings(document);
    reading_.configuration.settings = std::move(settings.settings);
  }

  void load_rules(Document& settings_document, const SettingsFile& settings, Extent extent) {
    if (!own_rules_.empty()) {
      // A directory that usher.toml names may be missing; one that was asked for may not.
      const auto own = SafeDirectory::open(own_rules_);
      if (!own) return report_file(own_rules_, own.error());
    }
    const RuleFiles found = find_rule_files(settings.settings.rules);
    for (const RuleFileProblem& problem : found.problems)
      report_rule_file(settings_document, settings, problem);

    RuleSet& rules = reading_.configuration.rules;
    std::vector<Document> documents;
    documents.reserve(found.files.size());
    Sets sets;
    for (const RuleFile& file : found.files)
      read_sets(documents.emplace_back(file.path, file.text), sets);
    for (Document& document : documents) {
      read_rules(document, sets, rules.rules);
      take_findings(document);
    }
    if (extent == Extent::places && findings_.empty()) reading_.written = written_in(documents);
    rules.services = settings.services;
    rules.admins = settings.admins;
    rules.version = version_of(found.files, rules);
  }

  /// A directory is reported where usher.toml names it.
  void report_rule_file(Document& document, const SettingsFile& settings,
                        const RuleFileProblem& problem) {
    if (problem.directory && !settings.rules_at.empty())
      document.report(settings.rules_at[*problem.directory], problem.problem.message,
                      problem.problem.hint);
    else
      report_file(problem.path, problem.problem);
  }

  void report_file(const fs::path& path, const FileProblem& problem) {
    findings_.push_back(finding_about(path, problem));
  }

  void take_findings(const Document& document) {
    findings_.insert(findings_.end(), document.findings().begin(), document.findings().end());
  }

  fs::path file_;
  fs::path own_rules_;
  Reading reading_;
  std::vector<Finding> findings_;
};

}  // namespace

std::expected<Configuration, std::vector<Finding>> load_configuration(const fs::path& file,
                                                                      const fs::path& own_rules) {
  auto loaded = Loader(file, own_rules).load(Loader::Extent::rules);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return std::move(loaded->configuration);
}

std::expected<Reading, std::vector<Finding>> config::read_configuration(const fs::path& file) {
  return Loader(file).load(Loader::Extent::places);
}

std::expected<Settings, std::vector<Finding>> load_settings(const fs::path& file) {
  auto loaded = Loader(file).load(Loader::Extent::settings);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return std::move(loaded->configuration.settings);
}

}  // namespace usher
