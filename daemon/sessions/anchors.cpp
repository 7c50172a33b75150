// SPDX-License-Identifier: Apache-2.0
#include "daemon/sessions/anchors.h"

#include <algorithm>
#include <utility>

namespace usher {

std::uint64_t Anchors::add(Entry entry) {
  const std::uint64_t key = ++last_key_;
  by_pid_.emplace(entry.session.anchor.pid, key);
  if (!entry.session.id.empty()) by_id_.insert_or_assign(entry.session.id, key);
  entries_.emplace(key, std::move(entry));
  return key;
}

void Anchors::remove(std::uint64_t key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  const Session& session = entry->second.session;
  const auto [begin, end] = by_pid_.equal_range(session.anchor.pid);
  const auto mine = std::find_if(begin, end, [&](const auto& each) { return each.second == key; });
  if (mine != end) by_pid_.erase(mine);
  by_id_.erase(session.id);
  entries_.erase(entry);
}

Anchors::Entry* Anchors::find(std::uint64_t key) {
  const auto entry = entries_.find(key);
  return entry == entries_.end() ? nullptr : &entry->second;
}

Anchors::Entry* Anchors::named(const std::string& session) {
  const auto key = by_id_.find(session);
  return key == by_id_.end() ? nullptr : find(key->second);
}

template <typename Look>
void Anchors::for_each_at(const ProcessId& anchor, Look look) const {
  const auto [begin, end] = by_pid_.equal_range(anchor.pid);
  for (auto each = begin; each != end; ++each) {
    const Entry& entry = entries_.at(each->second);
    if (entry.session.anchor == anchor) look(each->second, entry);
  }
}

std::optional<std::string> Anchors::session_on(std::span<const ProcessId> line,
                                               const Runs& runs) const {
  for (const ProcessId& process : line) {
    int found = 0;
    const Entry* entry = nullptr;
    std::uint64_t key = 0;
    for_each_at(process, [&](std::uint64_t each_key, const Entry& each) {
      ++found;
      entry = &each;
      key = each_key;
    });
    // Not further up: what was begun inside of another session is not that one.
    if (found > 1) return std::nullopt;
    if (found == 1) {
      const bool stands = !entry->opening && is_open(entry->session) && runs(key);
      return stands ? std::optional(entry->session.id) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Anchors::closed_by(const ProcessId& anchor,
                                                std::string_view service) const {
  std::optional<std::uint64_t> open;
  std::optional<std::uint64_t> revoked;
  for_each_at(anchor, [&](std::uint64_t key, const Entry& entry) {
    const Session& session = entry.session;
    if (session.service != service || entry.opening) return;
    if (is_open(session))
      open = std::max(open, std::optional(key));
    else if (session.ending->how == SessionEnd::revoked)
      revoked = std::max(revoked, std::optional(key));
  });
  return open ? open : revoked;
}

bool Anchors::has_ended_one(const ProcessId& anchor, std::uint64_t key) const {
  bool found = false;
  for_each_at(anchor, [&](std::uint64_t each, const Entry& entry) {
    found = found || (each != key && !is_open(entry.session));
  });
  return found;
}

}  // namespace usher
