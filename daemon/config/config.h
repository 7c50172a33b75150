// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/rule.h"

namespace usher {

/// Everything usher.toml says; the defaults here are the ones the shipped file shows. Paths are
/// absolute: a relative one in the file is taken from the file's own directory.
struct Settings {
  std::string root_socket = "/run/usher/root.sock";        // mode 0600
  std::string self_socket = "/run/usher/self.sock";        // mode 0666
  std::string control_socket = "/run/usher/control.sock";  // mode 0666, each method checks its peer
  std::string store = "/var/lib/usher/store.db";
  std::string master_key = "/etc/usher/key/master.key";
  /// Directories of NN-name.toml files. A file in a later one masks the same name in an earlier.
  std::vector<std::string> rules = {"/usr/lib/usher/rules.d", "/etc/usher/rules.d"};

  std::string audit_file = "/var/log/usher/audit.jsonl";  // empty: no file
  bool audit_journal = false;

  std::string keeper_socket =
      "/run/usher-keeper/keeper.sock";  // mode 0600; empty: no keeper is asked
  std::string keeper_shadow = "/etc/shadow";
  std::string keeper_user = "usher";  // who may ask the keeper, besides root

  std::uint64_t password_memory_bytes = std::uint64_t{64} * 1024 * 1024;  // at least 19 MiB
  std::uint32_t password_passes = 2;                                      // at least 2
  std::uint32_t password_parallel = 0;       // hashes at a time; 0: as many as there are processors
  std::uint32_t password_least_length = 15;  // characters, of one that is all a person has
  std::uint32_t password_least_length_with_code = 8;  // characters, where they have a code, too
  std::uint32_t password_history = 5;                 // how many earlier ones can't be chosen again

  std::uint32_t prompt_seconds = 120;          // for one answer
  std::uint32_t dialogue_seconds = 300;        // for a whole dialogue
  std::uint32_t root_dialogues = 256;          // at once on root.sock
  std::uint32_t root_dialogues_reserved = 32;  // of these, for root without a remote host
  std::uint32_t root_dialogues_per_host = 64;
  std::uint32_t self_dialogues = 64;  // at once on self.sock
  std::uint32_t self_dialogues_per_user = 8;

  std::uint32_t history_seconds = 365 * 24 * 3600;  // how long sessions are remembered

  bool operator==(const Settings&) const = default;
};

enum class Severity : std::uint8_t {
  mistake = 1,  // nothing of the configuration is taken
  warning,      // well-formed, and most likely not what was meant
  note,         // good to know
};

/// "mistake", "warning" or "note".
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

/// Something about a configuration file. All texts are printable UTF-8, whatever the file held.
struct Finding {
  SourcePosition at;        // line 0: the file as a whole
  std::string message;      // what is wrong
  std::string hint;         // what to do; may be empty
  std::string source_line;  // the line itself; empty where there is none to show
  Severity severity = Severity::mistake;
};

struct Configuration {
  Settings settings;
  RuleSet rules;  // with the lists of services of usher.toml
};

/// Reads usher.toml and the rule directories it names; unless it is empty, `own_rules` takes the
/// place of the last of them, which is the administrator's, and must be there. Refuses files and
/// directories that another than root or the calling user owns or could write, symbolic links, and
/// anything but a regular file of at most 1 MiB. Either everything is right, or every finding is
/// reported, in the order of files and lines. No rules at all is not a mistake: with none, every
/// login is denied. Blocks on the file system; may be called from any thread.
[[nodiscard]] std::expected<Configuration, std::vector<Finding>> load_configuration(
    const std::filesystem::path& file, const std::filesystem::path& own_rules = {});

/// The same of usher.toml alone: no rule file is looked at, so none can be wrong.
[[nodiscard]] std::expected<Settings, std::vector<Finding>> load_settings(
    const std::filesystem::path& file);

/// "file:line:column: message", the line, a caret under the column, the hint; before the message of
/// what is no mistake stands its severity.
[[nodiscard]] std::string render(const Finding& finding);

/// All findings, each as render() shows it, one below the other.
[[nodiscard]] std::string render_all(const std::vector<Finding>& findings);

}  // namespace usher
