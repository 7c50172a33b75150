// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/login_connection.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "daemon/login/admission.h"
#include "daemon/server/begin_request.h"
#include "daemon/server/channel_dialogue.h"
#include "daemon/serving/socket_server.h"
#include "daemon/serving/trouble.h"

namespace usher {
namespace {

constexpr std::int64_t kSendMilliseconds = 2'000;

Caller caller_from(int socket, const ucred& peer, uid_t person, Host& host) {
  const ProcessId process = host.peer_of(socket, peer.pid);
  return {.pid = peer.pid,
          .uid = peer.uid,
          .gid = peer.gid,
          .start_time = process.start_time,
          .inode = process.inode,
          .person = person,
          .trusted = is_trusted(peer.uid)};
}

/// Whether a success may bear this code.
bool is_success(int pam_code, Phase phase) {
  return pam_code == PAM_SUCCESS || (pam_code == PAM_NEW_AUTHTOK_REQD && phase == Phase::account);
}

Verdict verdict_message(const VerdictResult& result, Phase phase) {
  Verdict message;
  const bool text_fits = result.text.size() <= kMaxText && !result.text.contains('\0');
  if (text_fits) message.text = result.text;
  if (result.accepted && is_success(result.pam_code, phase)) {
    message.seal = Seal::success;
    message.pam_code = static_cast<std::uint32_t>(result.pam_code);
    message.password_length = result.password_length;
  } else if (result.ignored && !result.accepted && result.pam_code == PAM_IGNORE) {
    message.seal = Seal::ignore;
    message.pam_code = PAM_IGNORE;
  } else {
    // A denial that calls itself a success, or the other way round, is a mistake: deny.
    const bool consistent = !result.accepted && result.pam_code > PAM_SUCCESS;
    message.pam_code = static_cast<std::uint32_t>(consistent ? result.pam_code : PAM_SYSTEM_ERR);
  }
  return message;
}

std::atomic<std::uint64_t>& counter_of(const VerdictResult& verdict, Counters& counters) {
  if (verdict.accepted) return counters.accepted;
  return verdict.ignored ? counters.observed : counters.denied;
}

class CountedDialogue {
 public:
  explicit CountedDialogue(Counters& counters) : counters_(counters) {
    counters_.dialogues_now.fetch_add(1, std::memory_order_relaxed);
  }
  CountedDialogue(const CountedDialogue&) = delete;
  CountedDialogue& operator=(const CountedDialogue&) = delete;
  ~CountedDialogue() { counters_.dialogues_now.fetch_sub(1, std::memory_order_relaxed); }

 private:
  Counters& counters_;
};

}  // namespace

LoginConnection::LoginConnection(UniqueFd socket, const ucred& peer, uid_t person,
                                 LoginShared& shared, SocketServer::Outsiders& outsiders)
    : shared_(shared),
      outsiders_(outsiders),
      caller_(caller_from(socket.get(), peer, person, shared.host)),
      channel_(std::move(socket), Side::daemon),
      begin_by_(Deadline::after(shared.times.begin_milliseconds)) {}

void LoginConnection::run() {
  if (!greet()) return;
  const std::optional<Request> request = hear_request();
  if (!request) return;
  if (const auto refusal = reason_to_refuse(*request, *shared_.rules.get(), shared_.host)) {
    refuse(*request, *refusal, PAM_PERM_DENIED);
    return;
  }
  // Who stands at the machine is not counted against those who come from elsewhere.
  const bool remote = !request->rhost.empty() && is_trusted(caller_.person);
  const auto place =
      remote ? outsiders_.enter("host " + counting_name_of(request->rhost)) : std::nullopt;
  if (remote && !place)
    // Never as "unavailable": a crowd from elsewhere must not open the way back in past Usher.
    refuse(*request, "too many dialogues for remote hosts, in all or for this one", PAM_SYSTEM_ERR);
  else
    serve(*request);
}

bool LoginConnection::greet() {
  const auto packet = receive();
  if (!packet) return false;
  const auto hello = channel_.read<Hello>(*packet);
  if (!hello) {
    shared_.refusals.note(Request{.caller = caller_}, "a malformed Hello");
    return false;
  }
  const Versions ours = shared_.versions;
  const std::uint16_t version = common_version(ours, {hello->oldest, hello->newest});
  if (version == 0) {
    shared_.refusals.note(
        Request{.caller = caller_},
        fmt::format("it speaks versions {} to {} of the wire, and this usherd {} to {}",
                    hello->oldest, hello->newest, ours.oldest, ours.newest));
    // So that it finds out, and doesn't take it for a hang-up.
    static_cast<void>(
        channel_.send(Hello{.oldest = ours.oldest, .newest = ours.newest}, begin_by_));
    return false;
  }
  const bool picked =
      channel_.send(Hello{.oldest = version, .newest = version}, begin_by_).has_value();
  channel_.speak(version);
  return picked;
}

std::optional<Request> LoginConnection::hear_request() {
  const auto packet = receive();
  if (!packet) return std::nullopt;
  const auto begin = channel_.read<Begin>(*packet);
  if (!begin) {
    shared_.refusals.note(Request{.caller = caller_}, "a malformed Begin");
    return std::nullopt;
  }
  Result<Request> request = request_from(*begin, caller_);
  channel_.wipe();
  if (request) return std::move(*request);
  refuse(Request{.caller = caller_}, request.error().message, PAM_SERVICE_ERR);
  return std::nullopt;
}

std::optional<std::span<const std::uint8_t>> LoginConnection::receive() {
  const auto packet = channel_.receive(begin_by_, shared_.stop.descriptor());
  if (packet) return *packet;
  if (packet.error() == ChannelError::woken)
    static_cast<void>(channel_.send(Restart{}, Deadline::after(0)));
  if (packet.error() == ChannelError::malformed)
    shared_.refusals.note(Request{.caller = caller_}, "a packet that is not allowed there");
  if (packet.error() == ChannelError::timed_out)
    shared_.refusals.note(Request{.caller = caller_}, "no request came in time");
  return std::nullopt;
}

void LoginConnection::serve(const Request& request) {
  const std::optional<VerdictResult> verdict = decide(request);
  if (!verdict) return;
  counter_of(*verdict, shared_.counters).fetch_add(1, std::memory_order_relaxed);
  // A success that can't be told stays as it was committed and audited: the code is spent.
  answer(*verdict, request.phase);
}

std::optional<VerdictResult> LoginConnection::decide(const Request& request) {
  const CountedDialogue counted(shared_.counters);
  ChannelDialogue dialogue(channel_, shared_.stop, shared_.times.prompt_milliseconds,
                           Deadline::after(shared_.times.dialogue_milliseconds));
  try {
    return shared_.serve(request, dialogue);
  } catch (const std::exception& error) {
    report_trouble(fmt::format("a dialogue failed: {}", error.what()));
    return VerdictResult::deny(PAM_SYSTEM_ERR, "internal error");
  }
}

void LoginConnection::refuse(const Request& request, const std::string& reason, int pam_code) {
  shared_.refusals.note(request, reason);
  answer(VerdictResult::deny(pam_code, reason), request.phase);
}

void LoginConnection::answer(const VerdictResult& verdict, Phase phase) {
  static_cast<void>(
      channel_.send(verdict_message(verdict, phase), Deadline::after(kSendMilliseconds)));
}

}  // namespace usher
