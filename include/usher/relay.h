// SPDX-License-Identifier: Apache-2.0
// The client's side of a dialogue: connect, say what is wanted, carry prompts and answers, bring
// back the verdict. pam_usher.so and usherctl differ only in how they talk to the person.
#pragma once

#include <poll.h>
#include <security/_pam_types.h>

#include <concepts>
#include <cstdint>
#include <string_view>

#include "usher/channel.h"

namespace usher {

/// How the relay talks to the person. `ask` fills `answer` (left empty for info and error texts)
/// and says whether the dialogue goes on; `tell` shows the verdict's text.
template <typename T>
concept Conversation = requires(T conversation, const Prompt& prompt, Secret& answer,
                                PromptStyle style, std::string_view text) {
  { conversation.ask(prompt, answer) } -> std::same_as<bool>;
  { conversation.tell(style, text) };
};

struct RelaySettings {
  std::string_view socket_path;
  /// The daemon's uid that is expected beside 0. The path, which only root can make, is the trust;
  /// this is a tripwire for a path that someone else came to own.
  std::uint32_t server_uid = 0;
  /// What the daemon may take in all, connecting included; the person's time does not count.
  std::int64_t budget_milliseconds = 30'000;
  Versions versions = kSpokenVersions;
};

enum class RelayEnd : std::uint8_t {
  unavailable = 1,     // daemon missing, slow, gone, or Restart twice
  untrusted_daemon,    // somebody else's socket
  protocol_violation,  // it spoke nonsense
  bad_request,         // what the caller said does not fit the wire
  cancelled,           // the conversation broke off
  denied,
  ignored,  // a rule in observe mode
  accepted,
  no_resources,  // the calling program's own limits allow no socket or no memory
  hung_up,       // the daemon took the connection and closed it without a word
};

struct RelayResult {
  RelayEnd end = RelayEnd::unavailable;
  /// What the caller returns to PAM; PAM_SUCCESS, and PAM_NEW_AUTHTOK_REQD of the account phase,
  /// under RelayEnd::accepted alone.
  int pam_code = PAM_AUTHINFO_UNAVAIL;
  /// The password alone, after success; empty where none was asked.
  Secret password;
};

namespace relay_detail {

/// Counts what the daemon's waits have used of one budget. Each wait is long enough for a daemon
/// that is there, however little is left: whoever stops this process (SIGSTOP) until the budget is
/// spent must not make the daemon look away.
class Budget {
 public:
  static constexpr std::int64_t kLeastWait = 2'000;
  explicit Budget(std::int64_t milliseconds) noexcept : left_(milliseconds) {}
  [[nodiscard]] Deadline deadline() const noexcept {
    return Deadline::after(left_ > kLeastWait ? left_ : kLeastWait);
  }
  void spend(Deadline deadline) noexcept { left_ = deadline.remaining_milliseconds(); }

 private:
  std::int64_t left_;
};

inline RelayEnd end_of(ChannelError error) noexcept {
  switch (error) {
    case ChannelError::malformed:
      return RelayEnd::protocol_violation;
    case ChannelError::no_resources:
      return RelayEnd::no_resources;
    case ChannelError::hung_up:
      return RelayEnd::hung_up;
    default:
      return RelayEnd::unavailable;
  }
}

/// PAM_AUTHINFO_UNAVAIL may open an administrator's way back in, past Usher. So it is the answer
/// only for a daemon that is not there, or failed before anybody was asked anything: not for one
/// that hangs up because somebody took all its places or kept it waiting, and not for a caller
/// started under limits that let nothing work.
inline int failure_code(RelayEnd end, bool asked) noexcept {
  switch (end) {
    case RelayEnd::unavailable:
    case RelayEnd::untrusted_daemon:
    case RelayEnd::protocol_violation:
      return asked ? PAM_AUTH_ERR : PAM_AUTHINFO_UNAVAIL;
    case RelayEnd::hung_up:
      return asked ? PAM_AUTH_ERR : PAM_SYSTEM_ERR;
    case RelayEnd::no_resources:
      return PAM_SYSTEM_ERR;
    default:
      return PAM_AUTH_ERR;
  }
}

/// A denial is whatever code the daemon chose among those that deny in every stack; any other
/// becomes PAM_SYSTEM_ERR. Not among them: PAM_NEW_AUTHTOK_REQD, which `required` takes for
/// success (it needs the seal of one), and PAM_USER_UNKNOWN and PAM_AUTHINFO_UNAVAIL, which common
/// stacks ignore.
inline int denial_code(std::uint32_t code) noexcept {
  switch (code) {
    case PAM_AUTH_ERR:
    case PAM_PERM_DENIED:
    case PAM_MAXTRIES:
    case PAM_ACCT_EXPIRED:
    case PAM_CRED_INSUFFICIENT:
    case PAM_AUTHTOK_ERR:
    case PAM_SESSION_ERR:
    case PAM_SERVICE_ERR:
      return static_cast<int>(code);
    default:
      return PAM_SYSTEM_ERR;
  }
}

}  // namespace relay_detail

/// Runs a dialogue, and once more after a Restart. Nothing throws, nothing is kept but the result;
/// answers and packets are wiped. One thread. `settings`, `talk` and what `begin` points to must
/// outlive the call.
template <Conversation Talk>
class Relay {
 public:
  Relay(const RelaySettings& settings, Talk& talk) noexcept
      : settings_(settings), talk_(talk), budget_(settings.budget_milliseconds) {}

  /// May be called again, to ask anew: the budget, and having asked, carry over.
  [[nodiscard]] RelayResult run(const Begin& begin) noexcept {
    attempt(begin);
    if (restart_asked_) {
      restarted_ = true;
      attempt(begin);
    }
    return static_cast<RelayResult&&>(result_);
  }

 private:
  void attempt(const Begin& begin) noexcept {
    result_ = RelayResult{};
    phase_ = begin.phase;
    password_.clear();
    restart_asked_ = false;
    auto socket = connect();
    if (!socket) {
      stop(socket.error());
      return;
    }
    Channel channel(static_cast<UniqueFd&&>(*socket), Side::module);
    const auto peer = channel.peer();
    if (!peer) return fail(RelayEnd::unavailable);
    if (peer->uid != 0 && peer->uid != settings_.server_uid)
      return fail(RelayEnd::untrusted_daemon);
    if (!greet(channel) || !request(channel, begin)) return;
    while (step(channel)) {
    }
  }

  /// After a Restart the daemon may be away for a moment where nothing holds its socket open.
  std::expected<UniqueFd, ChannelError> connect() noexcept {
    const Deadline deadline = budget_.deadline();
    auto socket = Channel::connect(settings_.socket_path, deadline);
    while (!socket && restarted_ && !deadline.passed()) {
      ::poll(nullptr, 0, 50);
      socket = Channel::connect(settings_.socket_path, deadline);
    }
    budget_.spend(deadline);
    return socket;
  }

  bool greet(Channel& channel) noexcept {
    const Versions ours = settings_.versions;
    const Hello offer{.oldest = ours.oldest, .newest = ours.newest};
    if (const auto sent = send(channel, offer); !sent) return stop(sent.error());
    const auto packet = receive(channel);
    if (!packet) return false;
    const auto hello = channel.read<Hello>(*packet);
    // One version of what was offered; anything else is a daemon that has none of them.
    if (!hello || hello->oldest != hello->newest || hello->newest < ours.oldest ||
        hello->newest > ours.newest)
      return stop(ChannelError::malformed);
    channel.speak(hello->newest);
    return true;
  }

  bool request(Channel& channel, const Begin& begin) noexcept {
    const auto sent = send(channel, begin);
    if (sent) return true;
    if (sent.error() != ChannelError::malformed) return stop(sent.error());
    fail(RelayEnd::bad_request);
    return false;
  }

  template <typename Message>
  std::expected<void, ChannelError> send(Channel& channel, const Message& message) noexcept {
    const Deadline deadline = budget_.deadline();
    const auto sent = channel.send(message, deadline);
    budget_.spend(deadline);
    // A daemon that hung up may have left its last word, a Restart or a Verdict: read on.
    if (!sent && sent.error() == ChannelError::hung_up) return {};
    return sent;
  }

  /// The next packet, unless it is a Restart or does not come.
  std::expected<std::span<const std::uint8_t>, ChannelError> receive(Channel& channel) noexcept {
    const Deadline deadline = budget_.deadline();
    const auto packet = channel.receive(deadline);
    budget_.spend(deadline);
    if (!packet) {
      stop(packet.error());
      return packet;
    }
    if (static_cast<MessageType>((*packet)[0]) != MessageType::restart) return packet;
    const bool well_formed = channel.read<Restart>(*packet).has_value();
    restart_asked_ = well_formed && !restarted_;
    fail(well_formed ? RelayEnd::unavailable : RelayEnd::protocol_violation);
    return std::unexpected(ChannelError::hung_up);
  }

  /// One packet from the daemon; true while the dialogue goes on.
  bool step(Channel& channel) noexcept {
    const auto packet = receive(channel);
    if (!packet) return false;
    if (static_cast<MessageType>((*packet)[0]) == MessageType::prompt) {
      const auto prompt = channel.read<Prompt>(*packet);
      return prompt ? answer(channel, *prompt) : stop(ChannelError::malformed);
    }
    const auto verdict = channel.read<Verdict>(*packet);
    return verdict ? conclude(*verdict) : stop(ChannelError::malformed);
  }

  bool answer(Channel& channel, const Prompt& prompt) noexcept {
    asked_ = true;
    const bool may_be_password = prompt.purpose == PromptPurpose::password;
    Secret given;
    if (!given.valid()) return stop(ChannelError::no_resources);
    if (!talk_.ask(prompt, given)) {
      fail(RelayEnd::cancelled);
      static_cast<void>(send(channel, Cancel{}));
      return false;
    }
    const auto sent = send(channel, Answer{.secret = given.expose()});
    if (may_be_password) password_ = static_cast<Secret&&>(given);
    return sent ? true : stop(sent.error());
  }

  bool conclude(const Verdict& verdict) noexcept {
    if (!verdict.text.empty())
      talk_.tell(verdict.seal == Seal::success ? PromptStyle::info : PromptStyle::error,
                 verdict.text);
    if (verdict.seal == Seal::success && verdict.pam_code == PAM_SUCCESS) {
      std::string_view password = password_.expose();
      if (verdict.password_length > password.size()) return stop(ChannelError::malformed);
      password.remove_suffix(password.size() - verdict.password_length);
      if (!result_.password.assign(password)) return stop(ChannelError::no_resources);
      result_.end = RelayEnd::accepted;
      result_.pam_code = PAM_SUCCESS;
    } else if (verdict.seal == Seal::success && verdict.pam_code == PAM_NEW_AUTHTOK_REQD &&
               phase_ == Phase::account) {
      // Let in, but not before a new password is set: the program sees to that.
      result_.end = RelayEnd::accepted;
      result_.pam_code = PAM_NEW_AUTHTOK_REQD;
    } else if (verdict.seal == Seal::ignore && verdict.pam_code == PAM_IGNORE) {
      result_.end = RelayEnd::ignored;
      result_.pam_code = PAM_IGNORE;
    } else {
      result_.end = RelayEnd::denied;
      result_.pam_code = relay_detail::denial_code(verdict.pam_code);
    }
    return false;
  }

  /// Always false: the dialogue does not go on.
  bool stop(ChannelError error) noexcept {
    fail(relay_detail::end_of(error));
    return false;
  }
  void fail(RelayEnd end) noexcept {
    result_.end = end;
    result_.pam_code = relay_detail::failure_code(end, asked_);
    result_.password.clear();
  }

  const RelaySettings& settings_;
  Talk& talk_;
  relay_detail::Budget budget_;
  RelayResult result_;
  Secret password_;
  Phase phase_{};
  bool asked_ = false;
  bool restarted_ = false;
  bool restart_asked_ = false;
};

}  // namespace usher
