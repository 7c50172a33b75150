// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/scripted_daemon.h"

#include <fmt/format.h>
#include <security/pam_appl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "usher/channel.h"
#include "usher/codec.h"

namespace usher::pam_stacks {
namespace {

constexpr std::int64_t kPatience = 20'000;  // milliseconds; the module's own is longer

Result<UniqueFd> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failure(path + " is too long for a socket");
  std::ranges::copy(path, std::begin(address.sun_path));
  UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  static_cast<void>(::unlink(path.c_str()));
  if (!listener.valid() ||
      ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0666) != 0 || ::listen(listener.get(), 8) != 0)
    return failure(fmt::format("{} can't be listened at: {}", path, std::strerror(errno)));
  return listener;
}

Word word_for(const Script& script, Phase phase) {
  if (phase == Phase::authenticate) return script.authenticate;
  return phase == Phase::account ? script.account : script.session;
}

Verdict verdict_of(Word word, Phase phase) {
  if (word == Word::yes)
    return {.seal = Seal::success, .pam_code = PAM_SUCCESS, .password_length = 0, .text = {}};
  if (word == Word::no_part)
    return {.seal = Seal::ignore, .pam_code = PAM_IGNORE, .password_length = 0, .text = {}};
  const int code = phase == Phase::authenticate ? PAM_AUTH_ERR : PAM_PERM_DENIED;
  return {.seal = Seal::denied,
          .pam_code = static_cast<std::uint32_t>(code),
          .password_length = 0,
          .text = {}};
}

bool asked(Channel& channel, PromptPurpose purpose, std::string_view text) {
  const Deadline deadline = Deadline::after(kPatience);
  const Prompt prompt{.style = PromptStyle::hidden, .purpose = purpose, .text = text};
  if (!channel.send(prompt, deadline)) return false;
  const auto packet = channel.receive(deadline);
  return packet && decode<Answer>(*packet).has_value();
}

void serve_one(UniqueFd connection, const Script& script) {
  Channel channel(std::move(connection), Side::daemon);
  const Deadline deadline = Deadline::after(kPatience);
  const auto greeting = channel.receive(deadline);
  if (!greeting || !decode<Hello>(*greeting)) return;
  if (!channel.send(Hello{.oldest = kNewestVersion, .newest = kNewestVersion}, deadline)) return;
  const auto packet = channel.receive(deadline);
  if (!packet) return;
  const auto begin = decode<Begin>(*packet);
  if (!begin) return;
  const Phase phase = begin->phase;
  const Word word = word_for(script, phase);
  // An observing rule asks nobody.
  if (phase == Phase::authenticate && word != Word::no_part &&
      (!asked(channel, PromptPurpose::password, "Password: ") ||
       !asked(channel, PromptPurpose::other, "One-time code: ")))
    return;
  static_cast<void>(channel.send(verdict_of(word, phase), deadline));
}

void serve(const UniqueFd& listener, const Script& script) {
  for (;;) {
    UniqueFd connection(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid())
      serve_one(std::move(connection), script);
    else if (errno != EINTR && errno != ECONNABORTED)
      return;
  }
}

}  // namespace

Result<ScriptedDaemon> ScriptedDaemon::start(const std::vector<std::string>& paths,
                                             const Script& script) {
  for (const std::string& path : paths) {
    auto listener = listen_at(path);
    if (!listener) return std::unexpected(std::move(listener.error()));
    std::thread([listener = std::move(*listener), script] { serve(listener, script); }).detach();
  }
  return ScriptedDaemon();
}

}  // namespace usher::pam_stacks
