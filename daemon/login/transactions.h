// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/host/host.h"
#include "daemon/model/process_id.h"
#include "daemon/model/proof.h"
#include "daemon/model/request.h"

namespace usher {

/// Remembers which process was just told that somebody is authenticated, so that the phases which
/// follow know it without believing the caller. Bounded: when full, the oldest success is
/// forgotten, and the phase that wanted it denies. Thread-safe.
class Transactions {
 public:
  static constexpr std::size_t kCapacity = 4096;
  static constexpr std::int64_t kLifetimeMicroseconds = std::int64_t{300} * 1'000'000;
  /// From how many processes on it is looked which of them are still there.
  static constexpr std::size_t kFewObserved = 1'024;

  /// What is to be remembered of a success.
  struct Authenticated {
    /// The process that may open the session in its stead, as sshd does, whose child authenticates;
    /// one that is not known() for none.
    ProcessId parent;
    std::string user;     // canonical
    std::int64_t at = 0;  // boot clock, microseconds
    /// What was earned, for the session that is to begin.
    std::vector<EarnedProof> proofs;
    std::vector<std::string> factors;  // see Session::factors
    std::string session;               // the id of the one that the caller stood in
  };
  /// Notes that the caller of `request` was told so.
  void succeeded(const Request& request, Authenticated what);
  /// Notes that the caller of `request` began a login that was only observed, for as long as that
  /// process lives or until it is told of a success. No live process is ever forgotten, or others
  /// could be started until it is; what is dead is, so there are about as many as there are
  /// processes.
  void observed(const Request& request, Host& host);
  /// Whether that is so. A rule that counts by now has not asked for anything then.
  [[nodiscard]] bool was_observed(const Request& request);
  /// Whether there is such a success of the same process, service, remote host and user within the
  /// lifetime, which served no account phase yet. From now on it has.
  [[nodiscard]] std::optional<Authenticated> take_for_account(const Request& request,
                                                              const std::string& user,
                                                              std::int64_t boot_microseconds);
  /// The same for the session that this process opens, or the child that authenticated for it:
  /// takes the success out, so that it serves one session.
  [[nodiscard]] std::optional<Authenticated> take_for_session(const Request& request,
                                                              const std::string& user,
                                                              std::int64_t boot_microseconds);
  /// The last success of this process, about whomever, within the lifetime: sudo authenticates who
  /// asks, and opens the session of who they become.
  [[nodiscard]] std::optional<Authenticated> latest_of(const Request& request,
                                                       std::int64_t boot_microseconds);

  /// Everything remembered, for the usherd that comes after this one on the same boot; none of it
  /// is secret.
  [[nodiscard]] std::string handed_over();
  /// Remembers that beside what is there. False, and nothing remembered, where the bytes are not
  /// those of handed_over(), whole.
  [[nodiscard]] bool take_over(std::string_view bytes);

 private:
  struct Success {
    ProcessId process;
    std::string service;
    std::string rhost;
    Authenticated what;
    bool accounted = false;

    [[nodiscard]] bool serves(const Request& request, std::int64_t now) const;
    [[nodiscard]] bool serves(const Request& request, const std::string& canonical,
                              std::int64_t now) const {
      return what.user == canonical && serves(request, now);
    }
  };
  std::mutex mutex_;
  std::deque<Success> successes_;
  std::vector<ProcessId> observed_;
  std::size_t enough_observed_ = kFewObserved;
};

}  // namespace usher
