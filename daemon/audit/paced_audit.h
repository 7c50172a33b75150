// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/audit/audit.h"
#include "daemon/host/clock.h"

namespace usher {

/// Whose requests are counted together: of a stranger the uid; of a program that speaks as root the
/// person who started it, else the remote host, else the ruser.
[[nodiscard]] std::string pacing_name_of(const Request& request);

/// Keeps anybody from filling the disk with what costs them nothing: events that are no success are
/// written at a bounded pace for each source, and only counted beyond that; the source's next line
/// tells how many. Successes are always written, or a login would not be on record. Thread-safe.
class PacedAudit final : public Audit {
 public:
  static constexpr std::int64_t kBurst = 60;  // lines that a source may write at once
  static constexpr std::int64_t kMicrosecondsPerLine = 1'000'000;
  /// Sources told apart at once; those beyond share one pace.
  static constexpr std::size_t kMostSources = 256;
  /// What fails is said on standard error at most this often.
  static constexpr std::int64_t kMicrosecondsPerTrouble = 10'000'000;

  /// Both must outlive this.
  PacedAudit(Audit& log, const Clock& clock) : log_(log), clock_(clock) {}

  /// An Error where the event had to be written and was not. A denial that is only counted is
  /// recorded as far as its caller is concerned.
  [[nodiscard]] Result<void> record(const AuditEvent& event) override;

  /// How many events were only counted and not told of yet; they count as told from now on.
  [[nodiscard]] std::uint64_t take_unlisted();

 private:
  /// What one source may still write (a token bucket, as the moment at which it is full again).
  struct Source {
    std::int64_t full_at = 0;  // boot clock, microseconds
    std::uint64_t unlisted = 0;
  };
  /// Whether this source may write a line now, and how many events it only counted since its last.
  [[nodiscard]] std::optional<std::uint64_t> take_turn(const std::string& name);
  [[nodiscard]] Source& source_named(const std::string& name, std::int64_t now);
  void forget_the_quiet(std::int64_t now);
  void tell_trouble(const std::string& what);

  Audit& log_;
  const Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, Source> sources_;
  Source others_;  // those beyond kMostSources, and what forgotten sources had not told
  std::optional<std::int64_t> trouble_told_;
  std::uint64_t troubles_untold_ = 0;
};

}  // namespace usher
