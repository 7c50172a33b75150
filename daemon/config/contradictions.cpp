// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/contradictions.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/units.h"

namespace usher::config {
namespace {

/// Where a setting stands in the file, if it does.
std::optional<toml::source_position> place_of(const Document& document, std::string_view section,
                                              std::string_view key) {
  const toml::node* node = document.root()[section][key].node();
  return node == nullptr ? std::nullopt : std::optional(node->source().begin);
}

/// Reports at the first of two settings of one section that the file gives.
void report_at_either(Document& document, std::string_view section, std::string_view first,
                      std::string_view second, std::string_view message, std::string_view hint) {
  auto at = place_of(document, section, first);
  if (!at) at = place_of(document, section, second);
  if (at) document.report(*at, message, hint);
}

void check_limits(Document& document, const Settings& settings) {
  if (settings.dialogue_seconds < settings.prompt_seconds)
    report_at_either(document, "login", "dialogue_timeout", "prompt_timeout",
                     fmt::format("a dialogue of {} is over before one prompt of {} is",
                                 duration_text(settings.dialogue_seconds),
                                 duration_text(settings.prompt_seconds)),
                     "make `dialogue_timeout` at least as long as `prompt_timeout`");
  if (settings.root_dialogues_reserved >= settings.root_dialogues)
    report_at_either(
        document, "login", "root_dialogues_reserved", "root_dialogues",
        fmt::format("{} of {} dialogues are reserved: none are left for logins from elsewhere",
                    settings.root_dialogues_reserved, settings.root_dialogues),
        "make `root_dialogues_reserved` smaller than `root_dialogues`");
  if (settings.audit_file.empty() && !settings.audit_journal)
    report_at_either(document, "audit", "file", "journal",
                     "the audit log is switched off, and what is not recorded is denied",
                     "name a `file`, or set `journal = true`");
}

/// Two settings with one file would destroy each other's content.
void check_distinct(Document& document, const Settings& settings) {
  struct Place {
    std::string_view section;
    std::string_view key;
    const std::string& path;
  };
  const std::array places = {Place{"sockets", "root", settings.root_socket},
                             Place{"sockets", "self", settings.self_socket},
                             Place{"sockets", "control", settings.control_socket},
                             Place{"keeper", "socket", settings.keeper_socket},
                             Place{"keeper", "shadow", settings.keeper_shadow},
                             Place{"state", "store", settings.store},
                             Place{"state", "master_key", settings.master_key},
                             Place{"audit", "file", settings.audit_file}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (places[i].path.empty() || places[i].path != places[j].path) continue;
      auto at = place_of(document, places[i].section, places[i].key);
      if (!at) at = place_of(document, places[j].section, places[j].key);
      if (!at) continue;
      document.report(*at,
                      fmt::format("`{}.{}` and `{}.{}` are the same file: {}", places[j].section,
                                  places[j].key, places[i].section, places[i].key, places[i].path),
                      "give each a path of its own");
    }
  }
}

}  // namespace

void report_contradictions(Document& document, const Settings& settings) {
  check_limits(document, settings);
  check_distinct(document, settings);
}

}  // namespace usher::config
