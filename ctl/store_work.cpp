// SPDX-License-Identifier: Apache-2.0
#include "ctl/store_work.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/endpoints.h"
#include "ctl/who_runs_this.h"
#include "daemon/audit/open_audit.h"
#include "daemon/host/clock.h"
#include "daemon/host/random_id.h"

namespace usher::ctl {
namespace {

ExitCode complain_of_settings(const std::vector<Finding>& findings) {
  std::string what = "the configuration has mistakes, and it says where the store is:";
  for (const Finding& finding : findings) what += "\n" + render(finding);
  while (what.ends_with('\n')) what.pop_back();
  return complain({.code = ExitCode::configuration, .what = what, .next = "Mend it first."});
}

/// What secrets may be read into must not be written to a core, nor looked at by a debugger of the
/// user that this process is going to belong to.
Result<void> forbid_dumps() {
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::setrlimit(RLIMIT_CORE, &no_core) != 0)
    return failure(fmt::format("can't turn core dumps off: {}", ::strerrordesc_np(errno)));
  return {};
}

Result<void> become(uid_t uid, gid_t gid) {
  if (::setgroups(0, nullptr) != 0 || ::setresgid(gid, gid, gid) != 0 ||
      ::setresuid(uid, uid, uid) != 0)
    return failure(fmt::format("can't become uid {}: {}", uid, ::strerrordesc_np(errno)));
  if (::setresuid(0, 0, 0) == 0 || ::seteuid(0) == 0)
    return failure("root was not given up: the process could return to it");
  // The kernel has set that anew.
  return forbid_dumps();
}

std::filesystem::path folder_of(const std::string& file) {
  return std::filesystem::path(file).parent_path();
}

}  // namespace

StoreWork::StoreWork(Settings settings, std::string operation)
    : settings_(std::move(settings)),
      operation_(std::move(operation)),
      caller_{.pid = ::getpid(), .uid = ::getuid(), .gid = ::getgid()},
      asked_by_(who_runs_this()) {}

std::expected<StoreWork, ExitCode> StoreWork::begin(const Globals& globals, std::string operation) {
  if (const auto forbidden = forbid_dumps(); !forbidden)
    return std::unexpected(complain({.what = forbidden.error().message, .next = {}}));
  ::umask(S_IRWXG | S_IRWXO);
  auto settings = read_settings_of(globals);
  if (!settings) return std::unexpected(complain_of_settings(settings.error()));
  return StoreWork(*std::move(settings), std::move(operation));
}

std::expected<void, ExitCode> StoreWork::give_up_root() const {
  const std::filesystem::path folder = folder_of(settings_.store);
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0)
    return std::unexpected(complain_of(
        fmt::format("the folder of the store, {}: {}", folder.string(), ::strerrordesc_np(errno)),
        "`usherctl init` makes a store where the settings say: see [state] in usher.toml."));
  const bool is_root = ::geteuid() == 0;
  if (!is_root && ::geteuid() != status.st_uid)
    return std::unexpected(
        complain_of("changing the store itself: that is root's", "Run it as root, or with sudo."));
  if (is_root && status.st_uid != 0)
    if (const auto became = become(status.st_uid, status.st_gid); !became)
      return std::unexpected(complain({.what = became.error().message, .next = {}}));
  return {};
}

std::expected<void, ExitCode> StoreWork::become_owner() {
  if (auto given_up = give_up_root(); !given_up) return given_up;
  auto audit = open_audit(settings_.audit_file, settings_.audit_journal);
  if (!audit)
    return std::unexpected(
        complain_of(audit.error().message, "What can't be recorded is not done."));
  audit_ = *std::move(audit);
  return {};
}

std::expected<std::unique_ptr<SqliteStore>, ExitCode> StoreWork::open_store() const {
  auto store = SqliteStore::open(settings_.store, settings_.master_key);
  if (!store) return std::unexpected(complain_of(store.error().message));
  return *std::move(store);
}

Result<CommitOutcome> StoreWork::commit(SqliteStore& store, std::span<const Effect> effects,
                                        std::span<const ChangeRecord> records) const {
  std::size_t recorded = 0;
  const auto outcome = store.commit(effects, [&]() -> Result<void> {
    for (const ChangeRecord& each : records) {
      if (auto written = record(each); !written) return written;
      ++recorded;
    }
    return {};
  });
  if (!outcome)
    for (const ChangeRecord& each : records.first(recorded)) record_failure(each);
  return outcome;
}

Result<void> StoreWork::record(const ChangeRecord& record) const {
  return audit_->record(event_of(EventKind::credential_changed, record));
}

void StoreWork::record_failure(const ChangeRecord& record) const {
  AuditEvent event = event_of(EventKind::credential_refused, record);
  event.reason = "it failed after all, and nothing was changed: " + event.reason;
  static_cast<void>(audit_->record(event));
}

AuditEvent StoreWork::event_of(EventKind kind, const ChangeRecord& record) const {
  AuditEvent event;
  event.kind = kind;
  event.id = new_random_id();
  event.time_microseconds = SystemClock().wall_microseconds();
  event.person = record.person;
  event.reason = record.reason;
  event.request.phase = Phase::manage;
  event.request.service = "usherctl";
  event.request.user = record.person;
  event.request.ruser = asked_by_;
  event.request.manage.operation = operation_;
  event.request.manage.label = record.label;
  event.request.caller = caller_;
  return event;
}

}  // namespace usher::ctl
