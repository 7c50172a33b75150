// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/trial_stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

namespace usher::pam_stacks {
namespace {

constexpr std::array<std::string_view, 6> kRun = {"pam_usher.so",  "pam_unix.so",
                                                  "pam_deny.so",   "pam_permit.so",
                                                  "pam_rootok.so", "pam_succeed_if.so"};

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_run(const review::PamLine& line) {
  // pam_unix writes into the log when a session begins; none does.
  const bool session_log = line.type == "session" && file_name(line.target) == "pam_unix.so";
  return !session_log && std::ranges::find(kRun, file_name(line.target)) != kRun.end();
}

std::string with_socket(std::string text, const std::string& from, const std::string& to) {
  if (from.empty()) return text;
  const std::string at = "socket=" + from;
  for (std::size_t found = text.find(at); found != std::string::npos;
       found = text.find(at, found + 1))
    text.replace(found, at.size(), "socket=" + to);
  return text;
}

/// `verdict` takes the place of what is not run where a password is asked for, pam_permit
/// elsewhere.
std::string replaced(std::string text, const std::function<bool(const std::string&)>& there,
                     std::string_view verdict) {
  std::vector<review::PamLine> lines = review::parse_pam_stack(text);
  std::ranges::reverse(lines);
  for (const review::PamLine& line : lines) {
    if (line.includes)
      text.replace(line.offset, line.target.size(), file_name(line.target));
    else if (!is_run(line) && (line.may_be_missing || there(line.target)))
      text.replace(line.offset, line.target.size(),
                   line.type == "auth" ? verdict : std::string_view("pam_permit.so"));
  }
  return text;
}

}  // namespace

bool is_module_there(const std::string& module) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (module.starts_with('/')) return fs::exists(module, ignored);
  bool folder_found = false;
  const auto holds = [&](const fs::path& folder) {
    const bool is_one = fs::exists(folder / "pam_permit.so", ignored);
    folder_found = folder_found || is_one;
    return is_one && fs::exists(folder / module, ignored);
  };
  for (const char* folder : {"/usr/lib64/security", "/usr/lib/security", "/lib/security"})
    if (holds(folder)) return true;
  // Debian's: one for each architecture.
  for (fs::directory_iterator entry("/usr/lib", ignored); entry != fs::directory_iterator();
       entry.increment(ignored))
    if (holds(entry->path() / "security")) return true;
  return !folder_found;
}

TrialStacks for_trial(const Stacks& stacks, const std::string& real_socket,
                      const std::string& socket,
                      const std::function<bool(const std::string&)>& there) {
  TrialStacks trial;
  for (const auto& [name, text] : stacks) {
    const std::string asked = with_socket(text, real_socket, socket);
    trial.agreeing.emplace(name, replaced(asked, there, "pam_permit.so"));
    trial.refusing.emplace(name, replaced(asked, there, "pam_deny.so"));
  }
  return trial;
}

std::vector<std::string> stand_ins(const Stacks& stacks, const std::vector<std::string>& services) {
  std::set<std::string> found;
  for (const std::string& service : services)
    for (const std::string_view type : {"auth", "account"})
      for (const FlatLine& line : flatten(stacks, service, type))
        if (!is_run(line.what))
          found.insert(fmt::format("{} ({})", line.what.target, line.place()));
  return {found.begin(), found.end()};
}

}  // namespace usher::pam_stacks
