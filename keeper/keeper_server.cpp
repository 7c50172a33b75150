// SPDX-License-Identifier: Apache-2.0
#include "keeper/keeper_server.h"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "daemon/host/host.h"
#include "daemon/serving/systemd_sockets.h"
#include "keeper/hashing.h"
#include "keeper/privileges.h"

namespace usher {
namespace {

constexpr std::int64_t kStopMilliseconds = 3'000;
constexpr mode_t kForItsOwner = 0600;
// As many as usherd's dialogues by default, each of which asks at most one question at a time, and
// a few that keep root from being shut out.
constexpr SocketLimits kLimits{.total = 336, .per_outsider = 320, .reserved_for_root = 16};

/// The socket from systemd, or one of our own. usherd's user owns the folder it is in, and could
/// turn a path there into another's while root works on it: so it is made as that user.
Result<ListenSocket> listen(const Settings& settings, const Askers& askers) {
  auto handed_over = take_systemd_sockets({{"keeper", SOCK_SEQPACKET}});
  if (!handed_over) return std::unexpected(std::move(handed_over.error()));
  if (const auto found = handed_over->sockets.find("keeper"); found != handed_over->sockets.end())
    return std::move(found->second);
  const auto service = askers.service();
  auto acting = service ? ActingAs::user(service->uid, service->gid) : ActingAs::user(0, 0);
  if (!acting) return std::unexpected(std::move(acting.error()));
  return ListenSocket::listen_at({settings.keeper_socket, SOCK_SEQPACKET, kForItsOwner, SOMAXCONN});
}

unsigned processors() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace

Result<std::unique_ptr<KeeperServer>> KeeperServer::open(const Settings& settings) {
  if (settings.keeper_socket.empty())
    return failure("[keeper] socket is \"\": usherd asks no keeper, so there is none to be run");
  if (::sodium_init() < 0) return failure("libsodium can't be used: no source of random numbers");
  const uid_t started_by = ::geteuid();
  LinuxHost host;
  auto askers = Askers::find(settings.keeper_user, host, started_by);
  if (!askers) return std::unexpected(std::move(askers.error()));
  auto listener = listen(settings, *askers);
  if (!listener) return std::unexpected(std::move(listener.error()));
  auto stop = StopSignal::create();
  if (!stop) return std::unexpected(std::move(stop.error()));
  auto fallback = preferred_setting();
  if (!fallback) return std::unexpected(std::move(fallback.error()));

  if (auto plain = give_up_root(settings.keeper_shadow); !plain)
    return std::unexpected(std::move(plain.error()));
  ShadowFile shadow(settings.keeper_shadow, started_by);
  // Better to find out now than at somebody's login.
  if (const auto readable = shadow.read(); !readable) return std::unexpected(readable.error());
  return std::unique_ptr<KeeperServer>(new KeeperServer(
      std::move(*listener), *askers, std::move(shadow), *std::move(fallback), std::move(*stop)));
}

KeeperServer::KeeperServer(ListenSocket listener, const Askers& askers, ShadowFile shadow,
                           std::string fallback, StopSignal stop)
    : askers_(askers),
      shadow_(std::move(shadow)),
      stop_(std::move(stop)),
      gate_(processors()),
      verifier_({.shadow = shadow_, .limit = limit_, .gate = gate_, .clock = clock_, .log = log_},
                std::move(fallback)),
      server_(
          std::move(listener), kLimits, host_,
          [this](UniqueFd connection, const ucred& peer, uid_t) {
            serve_question(std::move(connection), peer,
                           {.askers = askers_, .verifier = verifier_, .log = log_, .stop = stop_});
          },
          [this](const ucred& peer, const char* reason) {
            log_.note(fmt::format("user id {}: {}", peer.uid, reason));
          }) {}

bool KeeperServer::stop() {
  server_.stop_accepting();
  stop_.raise();
  return server_.drain(Deadline::after(kStopMilliseconds));
}

}  // namespace usher
