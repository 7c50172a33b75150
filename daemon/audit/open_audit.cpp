// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit/open_audit.h"

#include <utility>
#include <vector>

#include "daemon/audit/composite_audit.h"
#include "daemon/audit/file_audit.h"
#include "daemon/audit/journal_audit.h"

namespace usher {
namespace {

template <typename Sink>
Result<void> add_sink(std::vector<std::unique_ptr<Audit>>& sinks,
                      Result<std::unique_ptr<Sink>> opened) {
  if (!opened) return std::unexpected(std::move(opened.error()));
  sinks.push_back(std::move(*opened));
  return {};
}

}  // namespace

Result<std::unique_ptr<Audit>> open_audit(const std::string& file, bool journal) {
  std::vector<std::unique_ptr<Audit>> sinks;
  Result<void> added;
  if (!file.empty()) added = add_sink(sinks, FileAudit::open(file));
  if (added && journal) added = add_sink(sinks, JournalAudit::open());
  if (!added) return std::unexpected(std::move(added.error()));
  if (sinks.empty())
    return failure("Usher does nothing that it can't record: set [audit] file or journal");
  return std::make_unique<CompositeAudit>(std::move(sinks));
}

}  // namespace usher
