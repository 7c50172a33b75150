// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/socket_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/serving/person_behind.h"
#include "daemon/serving/trouble.h"

namespace usher {
namespace {

constexpr const char* kStrangers = "strangers";
constexpr std::size_t kMostAcquainted = 4096;

std::string counting_name_of(uid_t person) { return fmt::format("uid {}", person); }

std::optional<ucred> peer_of(const UniqueFd& connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
      size != sizeof peer)
    return std::nullopt;
  return peer;
}

std::size_t open_to_outsiders(const SocketLimits& limits) {
  return limits.total > limits.reserved_for_root ? limits.total - limits.reserved_for_root : 0;
}

constexpr std::chrono::milliseconds kRest{100};
constexpr int kMostFailures = 30;

/// Of the room for outsiders, for those who were not looked up yet: for so many at a time that even
/// a slow name service makes nobody wait outside.
std::size_t open_to_strangers(const SocketLimits& limits) {
  return std::max(open_to_outsiders(limits) / 4, limits.per_outsider);
}

[[noreturn]] void end_process() {
  report_trouble("a socket of usherd's can't be waited at; usherd ends, to be started anew");
  std::_Exit(EXIT_FAILURE);
}

}  // namespace

/// All that a connection's thread takes with it; shared, since std::function wants copies.
struct SocketServer::Admitted {
  UniqueFd connection;
  ucred peer{};
  uid_t person = static_cast<uid_t>(-1);
  bool stranger = false;
  std::optional<Outsiders::Ticket> place;  // none for root
};

bool is_trusted(uid_t uid) noexcept { return uid == 0 || uid == ::geteuid(); }

SocketServer::SocketServer(ListenSocket listener, SocketLimits limits, Host& host, Serve serve,
                           Refused refused)
    : listener_(std::move(listener)),
      limits_(limits),
      host_(host),
      serve_(std::move(serve)),
      refused_(std::move(refused)),
      outsiders_(open_to_outsiders(limits), limits.per_outsider),
      threads_(limits.total) {}

SocketServer::~SocketServer() { stop_accepting(); }

Result<void> SocketServer::start() {
  // poll may wake us for a connection that another process, sharing a socket from systemd, takes.
  const int flags = ::fcntl(listener_.descriptor(), F_GETFL);
  if (flags < 0 || ::fcntl(listener_.descriptor(), F_SETFL, flags | O_NONBLOCK) != 0)
    return failure("can't make the listening socket non-blocking");
  auto closing = StopSignal::create();
  if (!closing) return std::unexpected(closing.error());
  closing_.emplace(std::move(*closing));
  knock_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!knock_.valid()) return failure("can't make an eventfd");
  try {
    acceptor_ = std::thread([this] { accept_until_stopped(); });
  } catch (const std::system_error& error) {
    return failure(fmt::format("can't start a thread: {}", error.what()));
  }
  return {};
}

void SocketServer::stop_accepting() {
  if (!acceptor_.joinable()) return;
  closing_->raise();
  acceptor_.join();
}

SocketServer::Wake SocketServer::wait_for_caller() const {
  std::array<pollfd, 3> watched{{{.fd = closing_->descriptor(), .events = POLLIN, .revents = 0},
                                 {.fd = knock_.get(), .events = POLLIN, .revents = 0},
                                 {.fd = listener_.descriptor(), .events = POLLIN, .revents = 0}}};
  int ready = -1;
  do {
    ready = ::poll(watched.data(), watched.size(), -1);
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return closing_->raised() ? Wake::closing : Wake::failed;
  if (watched[0].revents != 0) return Wake::closing;
  if (watched[1].revents == POLLIN) return Wake::knock;
  return watched[2].revents == POLLIN ? Wake::caller : Wake::failed;
}

bool SocketServer::is_serving(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const std::uint64_t knock = ++knocks_;
  if (::eventfd_write(knock_.get(), 1) != 0) return false;
  return knock_answered_.wait_for(lock,
                                  std::chrono::milliseconds(deadline.remaining_milliseconds()),
                                  [&] { return answered_ >= knock; });
}

void SocketServer::answer_knock() {
  eventfd_t ignored = 0;
  static_cast<void>(::eventfd_read(knock_.get(), &ignored));
  const std::lock_guard lock(mutex_);
  answered_ = knocks_;
  knock_answered_.notify_all();
}

void SocketServer::accept_until_stopped() {
  int failures = 0;
  for (Wake wake = wait_for_caller(); wake != Wake::closing; wake = wait_for_caller()) {
    if (wake == Wake::caller) {
      failures = 0;
      static_cast<void>(accept_one());
      continue;
    }
    if (wake == Wake::knock) {
      answer_knock();
      continue;
    }
    // Out of memory, or of descriptors by a limit set too low: that may pass.
    if (++failures == kMostFailures) end_process();
    std::this_thread::sleep_for(kRest);
  }
  if (listener_.refuse_more())
    while (accept_one()) {
    }
  listener_.close();
}

bool SocketServer::accept_one() {
  UniqueFd connection(::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection.valid()) {
    // Out of descriptors or memory the connection stays in the queue and poll returns at once: a
    // short rest, which closing still ends, keeps that from eating a processor.
    pollfd closing{.fd = closing_->descriptor(), .events = POLLIN, .revents = 0};
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      ::poll(&closing, 1, 100);
    return false;
  }
  try {
    const std::optional<ucred> peer = peer_of(connection);
    if (!peer) return true;
    if (const char* refusal = admit(connection, *peer)) {
      connection.reset();
      refused_(*peer, refusal);
    }
  } catch (const std::exception& error) {
    report_trouble(fmt::format("a connection was lost: {}", error.what()));
  }
  return true;
}

const char* SocketServer::admit(UniqueFd& connection, const ucred& peer) {
  if (limits_.trusted_only && !is_trusted(peer.uid)) return "this socket is for root";
  const uid_t person = person_behind(peer, host_);
  const bool counted = !is_trusted(person);
  const bool stranger = counted && limits_.accounts_only && !is_acquainted(person);
  const auto enter = [&]() -> std::optional<Outsiders::Ticket> {
    if (stranger) return outsiders_.enter(kStrangers, open_to_strangers(limits_));
    if (counted) return outsiders_.enter(counting_name_of(person));
    return std::nullopt;
  };
  auto place = enter();
  if (counted && !place) return "too many connections, in all or of this user";
  auto admitted = std::make_shared<Admitted>(Admitted{.connection = std::move(connection),
                                                      .peer = peer,
                                                      .person = person,
                                                      .stranger = stranger,
                                                      .place = std::move(place)});
  return threads_.start([this, admitted] { serve(*admitted); }) ? nullptr
                                                                : "no room for another thread";
}

void SocketServer::serve(Admitted& admitted) {
  if (admitted.stranger) {
    if (const char* refusal = introduce(admitted)) {
      admitted.connection.reset();
      refused_(admitted.peer, refusal);
      return;
    }
  }
  serve_(std::move(admitted.connection), admitted.peer, admitted.person);
}

/// In the connection's thread, since a look-up may take its time.
const char* SocketServer::introduce(Admitted& stranger) {
  const auto account = host_.find_user(stranger.person);
  if (!account) return nullptr;  // served, and counted among the strangers, to be told so
  if (!*account) return "a uid without an account";
  if (!outsiders_.move(*stranger.place, counting_name_of(stranger.person)))
    return "too many connections, in all or of this user";
  const std::lock_guard lock(mutex_);
  if (acquainted_.size() >= kMostAcquainted) acquainted_.clear();
  acquainted_.insert(stranger.person);
  return nullptr;
}

bool SocketServer::is_acquainted(uid_t person) {
  const std::lock_guard lock(mutex_);
  return acquainted_.contains(person);
}

}  // namespace usher
