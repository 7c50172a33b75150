// SPDX-License-Identifier: Apache-2.0
// Any sequence of packets from a hostile daemon, greeting included: the relay ends, asks a bounded
// number of times, and succeeds only on a Verdict that says so.
#include <security/_pam_types.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/fuzz/packets.h"
#include "usher/relay.h"

namespace {

using namespace usher;

constexpr std::string_view kAnswer = "correct horse";

void require(bool condition) {
  if (!condition) std::abort();
}

/// Listens for the whole run, and says all it is given to whoever connects.
class Daemon {
 public:
  Daemon() {
    require(::mkdtemp(folder_.data()) != nullptr);
    path_ = std::string(folder_.data()) + "/sock";
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    require(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    require(::listen(listener_.get(), 8) == 0);
    std::thread([this] {
      for (;;) talk(UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    }).detach();
    instance = this;
    std::atexit([] {
      ::unlink(instance->path_.c_str());
      ::rmdir(instance->folder_.data());
    });
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  void say_from_now_on(std::span<const std::uint8_t> bytes) {
    const std::lock_guard lock(mutex_);
    bytes_.assign(bytes.begin(), bytes.end());
  }

 private:
  void talk(const UniqueFd& client) {
    const std::lock_guard lock(mutex_);
    fuzzing::Packets packets(bytes_);
    while (const auto packet = packets.next())
      if (::send(client.get(), packet->data(), packet->size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return;
  }

  static inline Daemon* instance = nullptr;
  std::array<char, 32> folder_{"/tmp/usher-fuzz-XXXXXX"};
  std::string path_;
  UniqueFd listener_{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  std::mutex mutex_;
  std::vector<std::uint8_t> bytes_;
};

class Person {
 public:
  bool ask(const Prompt& prompt, Secret& answer) {
    ++asked_;
    require(prompt.text.size() <= kMaxText);
    if (prompt.style == PromptStyle::info || prompt.style == PromptStyle::error) return true;
    return answer.assign(kAnswer);
  }
  void tell(PromptStyle /*style*/, std::string_view text) {
    ++told_;
    require(text.size() <= kMaxText);
  }
  [[nodiscard]] int asked() const { return asked_; }
  [[nodiscard]] int told() const { return told_; }

 private:
  int asked_ = 0;
  int told_ = 0;
};

bool denies_in_every_stack(int code) {
  return code != PAM_SUCCESS && code != PAM_IGNORE && code != PAM_NEW_AUTHTOK_REQD &&
         code != PAM_INCOMPLETE && code > 0 && code < _PAM_RETURN_VALUES;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Never destroyed: its thread is still at work when the program ends.
  static Daemon& daemon = *new Daemon;
  daemon.say_from_now_on({data, size});
  Person person;
  const RelaySettings settings{
      .socket_path = daemon.path(), .server_uid = ::geteuid(), .budget_milliseconds = 5'000};
  Relay<Person> relay(settings, person);
  const RelayResult result = relay.run(Begin{.phase = Phase::authenticate, .user = "ann"});

  require((result.end == RelayEnd::accepted) == (result.pam_code == PAM_SUCCESS));
  require((result.end == RelayEnd::ignored) == (result.pam_code == PAM_IGNORE));
  if (result.end != RelayEnd::accepted) {
    require(result.end == RelayEnd::ignored || denies_in_every_stack(result.pam_code));
    require(result.password.empty());
  }
  require(kAnswer.starts_with(result.password.expose()));
  require(person.asked() <= 2 * kMaxRounds && person.told() <= 1);
  return 0;
}
