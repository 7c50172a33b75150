// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/settings.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/config/contradictions.h"
#include "daemon/config/lists.h"
#include "daemon/config/names.h"
#include "daemon/config/paths.h"
#include "daemon/config/text.h"
#include "daemon/config/units.h"
#include "daemon/config/values.h"

namespace usher::config {
namespace {

namespace fs = std::filesystem;

/// A path in sockaddr_un ends in a NUL (unix(7)).
constexpr std::size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

using Read = void (*)(const Entry&, const fs::path& base, SettingsFile&);

template <auto Member>
void socket_path(const Entry& entry, const fs::path& base, SettingsFile& file) {
  auto path = read_file_path(entry, base);
  if (path && path->size() > kMaxSocketPath)
    return entry.refuse(
        fmt::format("{} is a path of {} bytes: {}", ticked(entry.key), path->size(), *path),
        fmt::format("a socket's whole path may have {} bytes", kMaxSocketPath));
  if (path) file.settings.*Member = *path;
}

template <auto Member>
void file_path(const Entry& entry, const fs::path& base, SettingsFile& file) {
  if (auto path = read_file_path(entry, base)) file.settings.*Member = *path;
}

/// Whether the value is "", which switches some things off.
bool is_empty(const Entry& entry) {
  const auto* text = entry.node.as_string();
  return text != nullptr && text->get().empty();
}

void audit_file(const Entry& entry, const fs::path& base, SettingsFile& file) {
  if (is_empty(entry))
    file.settings.audit_file.clear();
  else
    file_path<&Settings::audit_file>(entry, base, file);
}

void keeper_socket(const Entry& entry, const fs::path& base, SettingsFile& file) {
  if (is_empty(entry))
    file.settings.keeper_socket.clear();
  else
    socket_path<&Settings::keeper_socket>(entry, base, file);
}

void keeper_user(const Entry& entry, const fs::path& /*base*/, SettingsFile& file) {
  const auto name = read_text(entry, "the name of a user", R"(write it like "usher")");
  if (name && check_name(entry.document, NameKind::service_user,
                         {.value = *name, .at = entry.node.source().begin}))
    file.settings.keeper_user = *name;
}

template <auto Member, std::uint32_t Least, std::uint32_t Most>
void count(const Entry& entry, const fs::path& /*base*/, SettingsFile& file) {
  if (const auto number = read_count(entry, Least, Most)) file.settings.*Member = *number;
}

template <auto Member>
void yes_or_no(const Entry& entry, const fs::path& /*base*/, SettingsFile& file) {
  if (const auto value = read_switch(entry)) file.settings.*Member = *value;
}

template <auto Member, std::uint32_t Least, std::uint32_t Most>
void duration(const Entry& entry, const fs::path& /*base*/, SettingsFile& file) {
  if (const auto seconds = read_duration(entry, Least, Most)) file.settings.*Member = *seconds;
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
void size(const Entry& entry, const fs::path& /*base*/, SettingsFile& file) {
  const auto text = read_text(entry, "a size", R"(write it like "64 MiB")");
  if (!text) return;
  const auto bytes = parse_size(*text);
  if (!bytes)
    return entry.refuse(fmt::format("{} is no size", ticked(*text)),
                        R"(write a whole number and KiB, MiB or GiB: "64 MiB")");
  if (*bytes < Least || *bytes > Most)
    return entry.refuse(
        fmt::format("{} is {}, which is out of range", ticked(entry.key), size_text(*bytes)),
        fmt::format(R"(it may be "{}" to "{}")", size_text(Least), size_text(Most)));
  file.settings.*Member = *bytes;
}

void rule_directories(const Entry& entry, const fs::path& base, SettingsFile& file) {
  const std::size_t findings = entry.document.findings().size();
  std::vector<std::string> directories;
  std::vector<toml::source_position> places;
  for (const Text& text : read_some_texts(entry)) {
    auto path = read_directory_path(entry.document, text, base);
    if (!path) continue;
    if (contains(directories, *path)) {
      entry.document.report(text.at, fmt::format("{} is listed twice", ticked(*path)),
                            "take one of the two out");
      continue;
    }
    directories.push_back(std::move(*path));
    places.push_back(text.at);
  }
  file.rules_known = entry.document.findings().size() == findings;
  file.settings.rules = std::move(directories);
  file.rules_at = std::move(places);
}

template <auto Member>
void services(const Entry& entry, const fs::path& /*base*/, SettingsFile& file) {
  (file.services.*Member).clear();
  for (const Text& name : read_texts(entry))
    if (check_name(entry.document, NameKind::service_setting, name))
      (file.services.*Member).push_back(name.value);
}

/// The one key that belongs to no section.
constexpr std::string_view kAdmins = "admins";
constexpr std::string_view kGroupMark = "group:";

void administrators(const Entry& entry, SettingsFile& file) {
  file.admins = {};
  for (const Text& text : read_texts(entry)) {
    if (!text.value.starts_with(kGroupMark)) {
      if (check_name(entry.document, NameKind::administrator, text))
        file.admins.users.push_back(text.value);
      continue;
    }
    const Text group{.value = text.value.substr(kGroupMark.size()), .at = text.at};
    if (check_name(entry.document, NameKind::administrator_group, group))
      file.admins.groups.push_back(group.value);
  }
}

struct Setting {
  std::string_view section;
  std::string_view key;
  Read read;
};

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint32_t kHour = 3600;
constexpr std::uint32_t kDay = 24 * kHour;

/// Everything that can be set. Costs below 19 MiB and 2 passes are refused (OWASP's least for
/// Argon2id), since a stolen store would be guessed through too fast.
constexpr std::array kSettings = {
    Setting{"sockets", "root", socket_path<&Settings::root_socket>},
    Setting{"sockets", "self", socket_path<&Settings::self_socket>},
    Setting{"sockets", "control", socket_path<&Settings::control_socket>},
    Setting{"state", "store", file_path<&Settings::store>},
    Setting{"state", "master_key", file_path<&Settings::master_key>},
    Setting{"rules", "directories", rule_directories},
    Setting{"audit", "file", audit_file},
    Setting{"audit", "journal", yes_or_no<&Settings::audit_journal>},
    Setting{"keeper", "socket", keeper_socket},
    Setting{"keeper", "shadow", file_path<&Settings::keeper_shadow>},
    Setting{"keeper", "user", keeper_user},
    Setting{"password", "memory", size<&Settings::password_memory_bytes, 19 * kMiB, 4096 * kMiB>},
    Setting{"password", "passes", count<&Settings::password_passes, 2, 64>},
    Setting{"password", "parallel", count<&Settings::password_parallel, 0, 256>},
    Setting{"password", "least_length", count<&Settings::password_least_length, 8, 64>},
    Setting{"password", "least_length_with_code",
            count<&Settings::password_least_length_with_code, 8, 64>},
    Setting{"password", "history", count<&Settings::password_history, 0, 24>},
    Setting{"login", "prompt_timeout", duration<&Settings::prompt_seconds, 1, kHour>},
    Setting{"login", "dialogue_timeout", duration<&Settings::dialogue_seconds, 1, kHour>},
    Setting{"login", "root_dialogues", count<&Settings::root_dialogues, 1, 4096>},
    Setting{"login", "root_dialogues_reserved", count<&Settings::root_dialogues_reserved, 0, 4095>},
    Setting{"login", "root_dialogues_per_host", count<&Settings::root_dialogues_per_host, 1, 4096>},
    Setting{"login", "self_dialogues", count<&Settings::self_dialogues, 1, 4096>},
    Setting{"login", "self_dialogues_per_user", count<&Settings::self_dialogues_per_user, 1, 4096>},
    Setting{"login", "self_verifying", services<&ServiceTraits::self_verifying>},
    Setting{"login", "screen_lockers", services<&ServiceTraits::screen_lockers>},
    Setting{"login", "one_field", services<&ServiceTraits::one_field>},
    Setting{"sessions", "not_logins", services<&ServiceTraits::not_logins>},
    Setting{"sessions", "started_inside", services<&ServiceTraits::started_inside>},
    Setting{"sessions", "history", duration<&Settings::history_seconds, kDay, 3650 * kDay>},
};

std::vector<std::string_view> section_names() {
  std::vector<std::string_view> names;
  for (const Setting& setting : kSettings)
    if (!contains(names, setting.section)) names.push_back(setting.section);
  return names;
}

std::vector<std::string_view> keys_of(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const Setting& setting : kSettings)
    if (setting.section == section) keys.push_back(setting.key);
  return keys;
}

const Setting* find_setting(std::string_view section, std::string_view key) {
  const auto found = std::ranges::find_if(kSettings, [&](const Setting& setting) {
    return setting.section == section && setting.key == key;
  });
  return found == kSettings.end() ? nullptr : &*found;
}

std::string section_with(std::string_view key) {
  std::string sections;
  for (const Setting& setting : kSettings)
    if (setting.key == key)
      sections += fmt::format("{}[{}]", sections.empty() ? "" : " or ", setting.section);
  return sections.empty() ? std::string{} : "it belongs under " + sections;
}

void report_unknown_key(Document& document, const toml::key& key, std::string_view section) {
  std::string hint = section_with(key.str());
  const auto keys = keys_of(section);
  if (key.str() == kAdmins) hint = "put it before the first section of the file";
  if (hint.empty()) hint = did_you_mean(key.str(), keys);
  if (hint.empty()) hint = fmt::format("it may have {}", listed(keys));
  document.report(key.source().begin, fmt::format("[{}] has no key {}", section, ticked(key.str())),
                  hint);
}

void report_unknown_section(Document& document, const toml::key& key, const toml::node& node) {
  const std::string_view name = key.str();
  const auto at = key.source().begin;
  if (name == "rule")
    return document.report(at, "rules do not stand in this file",
                           "put them into a file such as rules.d/50-ssh.toml");
  if (!node.is_table()) {
    std::string where = section_with(name);
    if (where.empty()) where = did_you_mean(name, std::array{kAdmins});
    return document.report(at, fmt::format("{} stands outside of any section", ticked(name)),
                           where);
  }
  const auto sections = section_names();
  std::string hint = did_you_mean(name, sections);
  if (hint.empty()) hint = fmt::format("write one of {}", listed(sections));
  document.report(at, fmt::format("there is no section {}", ticked(name)), hint);
}

void read_section(Document& document, std::string_view section, const toml::table& table,
                  const fs::path& base, SettingsFile& file) {
  for (auto&& [key, node] : table) {
    if (const Setting* setting = find_setting(section, key.str()))
      setting->read({document, key.str(), node}, base, file);
    else
      report_unknown_key(document, key, section);
  }
}

}  // namespace

SettingsFile read_settings(Document& document, const fs::path& base) {
  SettingsFile file;
  file.rules_known = document.well_formed();
  for (auto&& [key, node] : document.root()) {
    const auto sections = section_names();
    const bool known = contains(sections, key.str());
    if (key.str() == kAdmins) {
      administrators({document, key.str(), node}, file);
    } else if (known && node.is_table()) {
      read_section(document, key.str(), *node.as_table(), base, file);
    } else if (known) {
      document.report(key.source().begin, fmt::format("{} is a section", ticked(key.str())),
                      fmt::format("write [{}] on a line of its own", key.str()));
      file.rules_known = false;
    } else {
      report_unknown_section(document, key, node);
      file.rules_known = false;
    }
  }
  if (document.findings().empty()) report_contradictions(document, file.settings);
  return file;
}

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  names.reserve(std::size(kSettings) + 1);
  for (const Setting& setting : kSettings)
    names.push_back(fmt::format("{}.{}", setting.section, setting.key));
  names.emplace_back(kAdmins);
  return names;
}

bool is_settings_section(std::string_view name) {
  const auto sections = section_names();
  return contains(sections, name);
}

}  // namespace usher::config
