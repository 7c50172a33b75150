// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/unit/ctl/usherctl_process.h"
#include "usher/unique_fd.h"

namespace usher::testing {

/// A control socket whose connections, one for each Serve, are served by a thread one after the
/// other as the test says. Who comes after the last one is kept waiting. Make it before the client
/// runs and let it go after.
class FakeControl {
 public:
  /// The server's side of the connection.
  class Peer {
   public:
    Peer(int connection, int over) : connection_(connection), over_(over) {}
    /// One call, without its NUL; empty where the client hung up first.
    std::string hear();
    void say(std::string_view bytes);
    /// Says one byte every now and then until the client has gone.
    void trickle();
    /// Reads nothing and says nothing until the client has gone.
    void ignore();
    /// Returns once the client has gone; what it says meanwhile.
    std::string wait_for_hang_up();

   private:
    bool wait(int milliseconds);
    int connection_;
    int over_;
  };
  using Serve = std::function<void(Peer&)>;

  /// Listens at once. `listen_as`: the uid that SO_PEERCRED names; another than the own needs root.
  explicit FakeControl(Serve serve, uid_t listen_as = ::geteuid());
  explicit FakeControl(std::vector<Serve> serves, uid_t listen_as = ::geteuid());
  FakeControl(const FakeControl&) = delete;
  FakeControl& operator=(const FakeControl&) = delete;
  ~FakeControl();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  ScratchFolder folder_;
  std::string path_;
  UniqueFd listener_;
  UniqueFd over_reader_;  // readable once the test is over
  UniqueFd over_writer_;
  std::thread thread_;
};

/// Hears a call and answers it with `reply`, a NUL behind it; `heard`, if any, becomes the call.
[[nodiscard]] FakeControl::Serve answers(std::string reply, std::string* heard = nullptr);
/// Answers with {"parameters": `parameters`}.
[[nodiscard]] FakeControl::Serve returns(const std::string& parameters,
                                         std::string* heard = nullptr);
/// Answers with the error `name` of org.usher.control.
[[nodiscard]] FakeControl::Serve refuses(const std::string& name, const std::string& parameters);

}  // namespace usher::testing
