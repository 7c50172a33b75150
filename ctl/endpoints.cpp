// SPDX-License-Identifier: Apache-2.0
#include "ctl/endpoints.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/config/document.h"
#include "daemon/config/safe_file.h"
#include "daemon/config/settings.h"

namespace usher::ctl {
namespace {

namespace fs = std::filesystem;

/// What could be read of the settings, and what is wrong with the rest.
struct SettingsRead {
  Settings settings;
  std::vector<Finding> findings;
};

SettingsRead unread(const fs::path& file, std::string message, std::string hint = {}) {
  SettingsRead read;
  read.findings.push_back({.at = {.file = file.string()},
                           .message = std::move(message),
                           .hint = std::move(hint),
                           .source_line = {}});
  return read;
}

SettingsRead read_as_far_as_possible(const fs::path& file) {
  std::error_code error;
  const fs::path absolute = fs::absolute(file, error);
  if (error || !absolute.has_filename()) return unread(file, "this names no file");
  const auto folder = config::SafeDirectory::open(absolute.parent_path());
  if (!folder) return unread(file, folder.error().message, folder.error().hint);
  auto text = folder->read(absolute.filename().string());
  if (!text) return unread(file, text.error().message, text.error().hint);
  config::Document document(file.string(), std::move(*text));
  config::SettingsFile read = config::read_settings(document, absolute.parent_path());
  return {.settings = std::move(read.settings), .findings = document.findings()};
}

/// Why the file can't be read at all: an errno, or 0.
int unreadable(const fs::path& file) { return ::access(file.c_str(), R_OK) == 0 ? 0 : errno; }

bool may_do_without(const Globals& globals, int why) {
  return !globals.config_given && (why == ENOENT || why == EACCES);
}

/// The socket `member`, where the configuration has it. A mistake elsewhere in the file must not
/// keep usherctl from the usherd that runs.
std::expected<Endpoint, Complaint> configured(const Globals& globals,
                                              std::string Settings::* member) {
  const int why = unreadable(globals.config);
  const std::string name = globals.config.string();
  if (may_do_without(globals, why)) {
    const char* what = why == EACCES ? "You may not read" : "There is no";
    return Endpoint{
        .path = Settings{}.*member,
        .doubt = fmt::format("{} {}, so this is where usherd listens by default", what, name)};
  }
  if (why != 0)
    return std::unexpected(Complaint{
        .code = ExitCode::configuration,
        .what = fmt::format("{}: {}", name, std::generic_category().message(why)),
        .next = "Give another --config, or the sockets themselves by --socket and --control."});
  const SettingsRead read = read_as_far_as_possible(globals.config);
  Endpoint endpoint{.path = read.settings.*member, .doubt = {}};
  if (!read.findings.empty())
    endpoint.doubt = fmt::format(
        "{} has mistakes, so usherd may listen elsewhere: `usherctl check` shows them", name);
  return endpoint;
}

}  // namespace

std::expected<Settings, std::vector<Finding>> read_settings_of(const Globals& globals) {
  SettingsRead read = read_as_far_as_possible(globals.config);
  if (!read.findings.empty()) return std::unexpected(std::move(read.findings));
  return std::move(read.settings);
}

std::expected<Endpoint, Complaint> login_endpoint(const Globals& globals) {
  if (!globals.login_socket.empty()) return Endpoint{.path = globals.login_socket, .doubt = {}};
  return configured(globals, ::geteuid() == 0 ? &Settings::root_socket : &Settings::self_socket);
}

std::expected<Endpoint, Complaint> control_endpoint(const Globals& globals) {
  if (!globals.control_socket.empty()) return Endpoint{.path = globals.control_socket, .doubt = {}};
  return configured(globals, &Settings::control_socket);
}

uid_t expected_server_of(const std::string& path) {
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  struct stat status{};
  return ::stat(folder.c_str(), &status) == 0 ? status.st_uid : 0;
}

Complaint no_answer_at(const Endpoint& endpoint, const std::string& why) {
  std::string next =
      "Is it running? `pgrep -a usherd`, and `journalctl -u usherd` for what it said last";
  if (!endpoint.doubt.empty()) next = endpoint.doubt + ".\n  " + next;
  return {.code = ExitCode::unreachable,
          .what = fmt::format("usherd does not answer at {}: {}", endpoint.path, why),
          .next = std::move(next)};
}

Complaint stranger_at(const Endpoint& endpoint) {
  return {.code = ExitCode::unreachable,
          .what = fmt::format("who listens at {} is neither root nor the owner of its folder",
                              endpoint.path),
          .next = "Nothing was sent. Find out who that is: `ss -xlp | grep usher`, as root."};
}

}  // namespace usher::ctl
