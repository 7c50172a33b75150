// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "daemon/model/result.h"
#include "usher/unique_fd.h"

namespace usher {

/// A listening AF_UNIX socket, and the path it was made at; removes the path again on destruction,
/// unless someone else has taken it meanwhile. Move-only. One thread at a time.
class ListenSocket {
 public:
  /// What to make, and for whom.
  struct Wish {
    std::string path;
    int type = 0;     // SOCK_SEQPACKET or SOCK_STREAM
    mode_t mode = 0;  // exactly this, whatever the umask
    int backlog = 0;  // connections that may wait for accept(2)
  };

  /// Binds and listens. No process can connect before the mode stands. A socket of ours that nobody
  /// listens at is replaced; anything else at the path is an Error, as is a directory that others
  /// may write, who could put a socket of theirs in our place.
  [[nodiscard]] static Result<ListenSocket> listen_at(const Wish& wish);

  /// Takes a socket that systemd made and keeps, path included.
  [[nodiscard]] static ListenSocket adopt(UniqueFd listener) noexcept {
    return ListenSocket(std::move(listener));
  }

  ListenSocket(ListenSocket&&) noexcept = default;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;
  ~ListenSocket() { close(); }

  /// Lets nobody connect any more, while those in the queue can still be accepted. False, and
  /// nothing done, where systemd keeps the queue for the next daemon.
  bool refuse_more() noexcept;
  /// Removes the path, if it is still ours, and closes.
  void close() noexcept;

  [[nodiscard]] int descriptor() const noexcept { return listener_.get(); }

 private:
  explicit ListenSocket(UniqueFd listener) noexcept : listener_(std::move(listener)) {}
  UniqueFd listener_;
  std::string path_;  // empty where systemd made it
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace usher
