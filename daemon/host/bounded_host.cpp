// SPDX-License-Identifier: Apache-2.0
#include "daemon/host/bounded_host.h"

#include <utility>

namespace usher {
namespace {

constexpr std::string_view kRoot = "root";
constexpr std::size_t kRootWorkers = 2;  // for the two ways to ask for it

/// Asks by name or by uid, whichever the key is.
auto asking_accounts_of(std::shared_ptr<Host> host) {
  return [host = std::move(host)](const auto& key) {
    return std::visit([&host](const auto& one) { return host->find_user(one); }, key);
  };
}

}  // namespace

BoundedHost::BoundedHost(std::shared_ptr<Host> inner, const Clock& clock, NameServiceBounds bounds)
    : inner_(std::move(inner)),
      clock_(clock),
      cache_(clock, bounds.cache),
      accounts_(asking_accounts_of(inner_),
                {.workers = bounds.account_workers, .milliseconds = bounds.milliseconds}),
      roots_(asking_accounts_of(inner_),
             {.workers = kRootWorkers, .milliseconds = bounds.milliseconds}),
      groups_([host = inner_](const std::string& name) { return host->find_group(name); },
              {.workers = bounds.group_workers, .milliseconds = bounds.milliseconds}) {}

Result<std::optional<Person>> BoundedHost::find_user(std::string_view name) {
  return find_account(name == kRoot ? roots_ : accounts_, std::string(name));
}

Result<std::optional<Person>> BoundedHost::find_user(uid_t uid) {
  return find_account(uid == 0 ? roots_ : accounts_, uid);
}

Result<std::optional<Person>> BoundedHost::find_account(Accounts& among, AccountKey key) {
  return among.wait(among.begin(std::move(key), clock_.boot_microseconds()));
}

GroupAnswer BoundedHost::find_group(std::string_view name) {
  return std::move(find_groups({&name, 1}).front());
}

std::vector<GroupAnswer> BoundedHost::find_groups(std::span<const std::string_view> names) {
  const std::int64_t now = clock_.boot_microseconds();
  std::vector<Groups::Asked> asked;
  std::vector<GroupAnswer> answers;
  for (const std::string_view name : names) {
    auto known = cache_.get(name);
    asked.push_back(known ? nullptr : groups_.begin(std::string(name), now));
    answers.push_back(known ? *std::move(known) : failure("not asked yet"));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (asked[i] == nullptr) continue;
    answers[i] = groups_.wait(asked[i]);
    cache_.put(names[i], answers[i], asked[i]->asked_at());
  }
  return answers;
}

ProcessId BoundedHost::peer_of(int socket, pid_t pid) { return inner_->peer_of(socket, pid); }
bool BoundedHost::is_there(const ProcessId& process) { return inner_->is_there(process); }
ProcessId BoundedHost::parent_of(const ProcessId& child) { return inner_->parent_of(child); }
std::vector<ProcessId> BoundedHost::line_of(const ProcessId& process) {
  return inner_->line_of(process);
}
Result<UniqueFd> BoundedHost::hold(const ProcessId& process) { return inner_->hold(process); }
SessionHints BoundedHost::hints_of(pid_t pid) { return inner_->hints_of(pid); }
std::string BoundedHost::boot_id() { return inner_->boot_id(); }
uid_t BoundedHost::real_uid_of(pid_t pid) { return inner_->real_uid_of(pid); }
std::string BoundedHost::machine_name() { return inner_->machine_name(); }

std::size_t BoundedHost::waiting() const {
  return accounts_.waiting() + roots_.waiting() + groups_.waiting();
}

std::size_t BoundedHost::workers() const {
  return accounts_.workers() + roots_.workers() + groups_.workers();
}

}  // namespace usher
