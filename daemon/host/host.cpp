// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/host.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/host/parse.h"
#include "daemon/host/processes.h"

namespace usher {
namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr std::size_t kLargestBuffer = std::size_t{4} * 1024 * 1024;  // a group's member list
constexpr int kMostGroups = 65536;                                    // NGROUPS_MAX

// Calls `look_up(buffer, size)`, one of the get…_r(3) family, with a buffer that is large enough.
template <typename LookUp>
int with_growing_buffer(std::vector<char>& buffer, LookUp look_up) {
  buffer.resize(kFirstBuffer);
  for (;;) {
    const int error = look_up(buffer.data(), buffer.size());
    if (error == EINTR) continue;
    if (error != ERANGE || buffer.size() >= kLargestBuffer) return error;
    buffer.resize(buffer.size() * 2);
  }
}

// getpwnam_r(3) lists more values that may stand for "not found"; the others could as well be a
// name service that is down, and nobody is told that they don't exist because of that.
bool says_not_found(int error) noexcept { return error == 0 || error == ENOENT || error == ESRCH; }

std::unexpected<Error> look_up_failed(const std::string& what, int error) {
  return failure(
      fmt::format("looking up {} failed: {}", what, std::generic_category().message(error)));
}

Result<std::vector<gid_t>> gids_of(const char* name, gid_t primary) {
  std::vector<gid_t> gids(32);
  for (;;) {
    int count = static_cast<int>(gids.size());
    if (::getgrouplist(name, primary, gids.data(), &count) >= 0) {
      gids.resize(static_cast<std::size_t>(count));
      return gids;
    }
    // It says how many there are, but not always more than before: also double.
    const int wanted = std::max(count, static_cast<int>(gids.size()) * 2);
    if (wanted > kMostGroups) return failure(fmt::format("{} is in too many groups", name));
    gids.resize(static_cast<std::size_t>(wanted));
  }
}

// A number in a rule is a gid, so that no group which is named like one stands in for another.
bool is_number(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<gid_t> gid_in(std::string_view number) {
  gid_t gid = 0;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), gid);
  if (problem != std::errc{}) return std::nullopt;
  return gid;
}

// The name is empty where the group has none, or a number for one. A name that is missed here
// decides nothing: policy has each group that a rule names looked up by that name.
Result<std::string> group_name(gid_t gid) {
  std::vector<char> buffer;
  group record{};
  group* found = nullptr;
  const int error = with_growing_buffer(buffer, [&](char* room, std::size_t size) {
    return ::getgrgid_r(gid, &record, room, size, &found);
  });
  if (found != nullptr) return is_number(found->gr_name) ? std::string() : found->gr_name;
  if (says_not_found(error)) return std::string();
  return look_up_failed(fmt::format("group {}", gid), error);
}

Result<Person> person_from(const passwd& record) {
  Person person{.name = record.pw_name, .uid = record.pw_uid};
  if (!could_be_account_name(person.name) || person.uid == static_cast<uid_t>(-1))
    return failure("a name service returned an account that can't be one");
  const auto gids = gids_of(record.pw_name, record.pw_gid);
  if (!gids) return std::unexpected(gids.error());
  for (const gid_t gid : *gids) {
    auto name = group_name(gid);
    if (!name) return std::unexpected(name.error());
    person.groups.push_back({.name = *std::move(name), .gid = gid});
  }
  return person;
}

// `look_up(record, room, size, found)` is getpwnam_r(3) or getpwuid_r(3).
template <typename LookUp>
Result<std::optional<Person>> find_account(const std::string& what, LookUp look_up) {
  std::vector<char> buffer;
  passwd record{};
  passwd* found = nullptr;
  const int error = with_growing_buffer(
      buffer, [&](char* room, std::size_t size) { return look_up(&record, room, size, &found); });
  if (found == nullptr) {
    if (says_not_found(error)) return std::nullopt;
    return look_up_failed(what, error);
  }
  auto person = person_from(*found);
  if (!person) return std::unexpected(person.error());
  return *std::move(person);
}

// `look_up(record, room, size, found)` is getgrnam_r(3) or getgrgid_r(3).
template <typename LookUp>
GroupAnswer find_group_by(const std::string& what, LookUp look_up) {
  std::vector<char> buffer;
  group record{};
  group* found = nullptr;
  const int error = with_growing_buffer(
      buffer, [&](char* room, std::size_t size) { return look_up(&record, room, size, &found); });
  if (found == nullptr) {
    if (says_not_found(error)) return std::nullopt;
    return look_up_failed(what, error);
  }
  NamedGroup group{.gid = found->gr_gid, .members = {}};
  for (char** member = found->gr_mem; member != nullptr && *member != nullptr; ++member)
    group.members.emplace_back(*member);
  return group;
}

}  // namespace

std::vector<GroupAnswer> Host::find_groups(std::span<const std::string_view> names) {
  std::vector<GroupAnswer> answers;
  answers.reserve(names.size());
  for (const std::string_view name : names) answers.push_back(find_group(name));
  return answers;
}

Result<std::optional<Person>> LinuxHost::find_user(std::string_view name) {
  if (!could_be_account_name(name)) return std::nullopt;
  const std::string asked(name);
  return find_account("an account by name",
                      [&](passwd* record, char* room, std::size_t size, passwd** found) {
                        return ::getpwnam_r(asked.c_str(), record, room, size, found);
                      });
}

Result<std::optional<Person>> LinuxHost::find_user(uid_t uid) {
  return find_account(fmt::format("uid {}", uid),
                      [&](passwd* record, char* room, std::size_t size, passwd** found) {
                        return ::getpwuid_r(uid, record, room, size, found);
                      });
}

GroupAnswer LinuxHost::find_group(std::string_view name) {
  if (!could_be_account_name(name)) return std::nullopt;
  if (is_number(name)) {
    const auto gid = gid_in(name);
    if (!gid) return std::nullopt;
    return find_group_by(fmt::format("group {}", *gid),
                         [&](group* record, char* room, std::size_t size, group** found) {
                           return ::getgrgid_r(*gid, record, room, size, found);
                         });
  }
  const std::string asked(name);
  return find_group_by("a group by name",
                       [&](group* record, char* room, std::size_t size, group** found) {
                         return ::getgrnam_r(asked.c_str(), record, room, size, found);
                       });
}

ProcessId LinuxHost::peer_of(int socket, pid_t pid) { return processes::peer_of(socket, pid); }

bool LinuxHost::is_there(const ProcessId& process) {
  const auto held = processes::hold(process);
  return !held || held->valid();
}

ProcessId LinuxHost::parent_of(const ProcessId& child) { return processes::parent_of(child); }

std::vector<ProcessId> LinuxHost::line_of(const ProcessId& process) {
  return processes::line_of(process);
}

Result<UniqueFd> LinuxHost::hold(const ProcessId& process) { return processes::hold(process); }

SessionHints LinuxHost::hints_of(pid_t pid) { return processes::hints_of(pid); }

std::string LinuxHost::boot_id() { return processes::boot_id(); }

uid_t LinuxHost::real_uid_of(pid_t pid) { return processes::real_uid_of(pid); }

std::string LinuxHost::machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

}  // namespace usher
