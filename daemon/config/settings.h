// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/document.h"

namespace usher::config {

/// What usher.toml says.
struct SettingsFile {
  Settings settings;
  ServiceTraits services;
  Administrators admins;
  /// Where settings.rules stands, one for one; empty where the default is in force.
  std::vector<toml::source_position> rules_at;
  /// Whether settings.rules is what the administrator meant, as far as can be told.
  bool rules_known = true;
};

/// Relative paths are taken from `base`, which is absolute. What is wrong is reported to `document`
/// and keeps its default.
[[nodiscard]] SettingsFile read_settings(Document& document, const std::filesystem::path& base);

/// "section.key" of everything that can be set, and "admins", which stands before the sections.
[[nodiscard]] std::vector<std::string> setting_names();

/// Whether usher.toml has a section of that name.
[[nodiscard]] bool is_settings_section(std::string_view name);

}  // namespace usher::config
