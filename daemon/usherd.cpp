// SPDX-License-Identifier: Apache-2.0
#include "daemon/usherd.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "daemon/audit/open_audit.h"
#include "daemon/control/control_connection.h"
#include "daemon/host/random_id.h"
#include "daemon/serving/handover.h"
#include "daemon/serving/systemd_sockets.h"
#include "daemon/serving/trouble.h"
#include "daemon/store/sqlite_store.h"

namespace usher {
namespace {

constexpr mode_t kForRoot = 0600;
constexpr mode_t kForAll = 0666;
constexpr std::int64_t kStopMilliseconds = 3'000;
/// Logins that passed `authenticate` when the usherd before was stopped, and were still to be asked
/// about.
constexpr auto kTransactionsLeft = "transactions";
constexpr SocketLimits kControlLimits{
    .total = 16, .per_outsider = 4, .reserved_for_root = 4, .accounts_only = true};

std::unique_ptr<Keeper> keeper_of(const Settings& settings) {
  if (settings.keeper_socket.empty()) return std::make_unique<NoKeeper>();
  return std::make_unique<KeeperClient>(settings.keeper_socket);
}

unsigned hashes_at_a_time(const Settings& settings) {
  return settings.password_parallel > 0 ? settings.password_parallel
                                        : std::max(1U, std::thread::hardware_concurrency());
}

PasswordPolicy policy_of(const Settings& settings) {
  return {.least_with_code = settings.password_least_length_with_code,
          .least_alone = settings.password_least_length,
          .history = settings.password_history};
}

LoginTimes times_of(const Settings& settings) {
  return {.prompt_milliseconds = std::int64_t{1'000} * settings.prompt_seconds,
          .dialogue_milliseconds = std::int64_t{1'000} * settings.dialogue_seconds};
}

LoginSocketPlan root_plan(const Settings& settings) {
  const std::size_t total = settings.root_dialogues;
  const std::size_t reserved = std::min<std::size_t>(settings.root_dialogues_reserved, total);
  return {.name = "root.sock",
          .limits = {.total = total,
                     .per_outsider = settings.root_dialogues_per_host,
                     .reserved_for_root = reserved,
                     .trusted_only = true},
          .times = times_of(settings)};
}

LoginSocketPlan self_plan(const Settings& settings) {
  return {.name = "self.sock",
          .limits = {.total = settings.self_dialogues,
                     .per_outsider = settings.self_dialogues_per_user,
                     .accounts_only = true},
          .times = times_of(settings)};
}

}  // namespace

Result<SystemdDescriptors> take_usherd_sockets() {
  return take_systemd_sockets(
      {{"root", SOCK_SEQPACKET}, {"self", SOCK_SEQPACKET}, {"control", SOCK_STREAM}},
      {kTransactionsLeft});
}

Result<std::unique_ptr<Usherd>> Usherd::start(const std::filesystem::path& file,
                                              Configuration configuration) {
  const Settings settings = configuration.settings;
  auto parts = open_parts(settings);
  if (!parts) return std::unexpected(std::move(parts.error()));
  std::unique_ptr<Usherd> usherd(new Usherd(file, std::move(configuration), std::move(*parts)));
  if (auto opened = usherd->open_sockets(settings); !opened)
    return std::unexpected(std::move(opened.error()));
  return usherd;
}

Result<Usherd::Parts> Usherd::open_parts(const Settings& settings) {
  auto stop = StopSignal::create();
  if (!stop) return std::unexpected(std::move(stop.error()));
  auto store = SqliteStore::open(settings.store, settings.master_key);
  if (!store) return std::unexpected(std::move(store.error()));
  auto audit = open_audit(settings.audit_file, settings.audit_journal);
  if (!audit) return std::unexpected(std::move(audit.error()));
  auto keeper = keeper_of(settings);
  auto gate = std::make_unique<HashGate>(hashes_at_a_time(settings));
  auto password = PasswordFactor::create(
      **store, *keeper, *gate,
      {.memory_bytes = settings.password_memory_bytes, .passes = settings.password_passes});
  if (!password) return std::unexpected(std::move(password.error()));
  return Parts{.stop = std::move(*stop),
               .store = std::move(*store),
               .audit = std::move(*audit),
               .keeper = std::move(keeper),
               .gate = std::move(gate),
               .password = std::move(*password)};
}

Usherd::Usherd(const std::filesystem::path& file, Configuration configuration, Parts parts)
    : file_(file),
      started_at_(clock_.wall_microseconds()),
      host_(std::make_shared<LinuxHost>(), clock_),
      parts_(std::move(parts)),
      paced_(*parts_.audit, clock_),
      otp_(*parts_.store, clock_),
      recovery_(*parts_.store, clock_),
      sessions_({.store = *parts_.store, .host = host_, .clock = clock_, .audit = *parts_.audit},
                configuration.settings.history_seconds),
      rules_(std::move(configuration.rules)),
      reloader_(file, configuration.settings, rules_, *parts_.audit, clock_),
      login_{.store = *parts_.store,
             .host = host_,
             .clock = clock_,
             .audit = paced_,
             .keeper = *parts_.keeper,
             .password = parts_.password,
             .otp = otp_,
             .recovery = recovery_,
             .transactions = transactions_,
             .sessions = sessions_,
             .rules = rules_,
             .new_passwords = policy_of(configuration.settings)},
      control_{.host = host_,
               .keeper = *parts_.keeper,
               .store = *parts_.store,
               .sessions = sessions_,
               .clock = clock_,
               .rules = rules_,
               .audit_file = configuration.settings.audit_file,
               .status = [this] { return status(); },
               .reload =
                   [this](const ControlPeer& peer) {
                     return reload_for({.pid = peer.pid, .uid = peer.uid});
                   }} {}

Result<void> Usherd::open_sockets(const Settings& settings) {
  auto handed_over = take_usherd_sockets();
  if (!handed_over) return std::unexpected(std::move(handed_over.error()));
  const auto listener = [&](const char* name,
                            const ListenSocket::Wish& wish) -> Result<ListenSocket> {
    if (const auto found = handed_over->sockets.find(name); found != handed_over->sockets.end())
      return std::move(found->second);
    return ListenSocket::listen_at(wish);
  };
  take_over(handed_over->left);
  auto root = listener("root", {settings.root_socket, SOCK_SEQPACKET, kForRoot, SOMAXCONN});
  if (!root) return std::unexpected(std::move(root.error()));
  auto self = listener("self", {settings.self_socket, SOCK_SEQPACKET, kForAll, SOMAXCONN});
  if (!self) return std::unexpected(std::move(self.error()));
  auto control = listener("control", {settings.control_socket, SOCK_STREAM, kForAll, SOMAXCONN});
  if (!control) return std::unexpected(std::move(control.error()));

  const LoginServerPorts ports{.host = host_,
                               .rules = rules_,
                               .clock = clock_,
                               .audit = *parts_.audit,
                               .stop = parts_.stop,
                               .counters = counters_};
  const auto serve_login = [this](const Request& request, Dialogue& dialogue) {
    return serve(request, dialogue, login_);
  };
  root_server_ =
      std::make_unique<LoginServer>(std::move(*root), root_plan(settings), ports, serve_login);
  self_server_ =
      std::make_unique<LoginServer>(std::move(*self), self_plan(settings), ports, serve_login);
  control_server_ = std::make_unique<SocketServer>(
      std::move(*control), kControlLimits, host_,
      [this](UniqueFd connection, const ucred& peer, uid_t) {
        serve_control(std::move(connection), peer);
      },
      [](const ucred&, const char*) {});

  // The first event is also the proof that events can be written.
  if (auto recorded = record(EventKind::service_started, "usherd " USHER_VERSION); !recorded)
    return recorded;
  // Before anybody is heard who may stand in one of them.
  // Nobody is kept out because what others proved can't be told.
  if (const auto started = sessions_.start(); !started)
    report_trouble("until the next start nobody stands in a session, so nothing is reused: " +
                   started.error().message);
  for (LoginServer* server : {root_server_.get(), self_server_.get()})
    if (auto started = server->start(); !started) return started;
  return control_server_->start();
}

void Usherd::reload() {
  if (const auto reloaded = reload_for({}); !reloaded)
    report_trouble(reloaded.error().in_configuration
                       ? "the old rules stay in force:\n" + reloaded.error().text
                       : reloaded.error().text);
}

// First the groups: nobody is judged by new rules and what was known of groups before.
std::expected<void, ReloadFailure> Usherd::reload_for(const Caller& asked_by) {
  host_.forget();
  return reloader_.reload(asked_by);
}

bool Usherd::is_serving(Deadline deadline) {
  return root_server_->is_serving(deadline) && self_server_->is_serving(deadline) &&
         control_server_->is_serving(deadline);
}

/// Without them, a login between two phases is denied, as after a crash.
void Usherd::take_over(const std::map<std::string, UniqueFd>& left) {
  const auto found = left.find(kTransactionsLeft);
  if (found == left.end()) return;
  // Once: what is served by then is not served again by a later usherd.
  forget_left(kTransactionsLeft);
  const auto bytes = read_left(found->second);
  if (!bytes)
    report_trouble(bytes.error().message);
  else if (!transactions_.take_over(*bytes))
    report_trouble("what the usherd before left of its logins is not understood");
}

bool Usherd::stop() {
  root_server_->stop_accepting();
  self_server_->stop_accepting();
  control_server_->stop_accepting();
  parts_.stop.raise();
  const Deadline deadline = Deadline::after(kStopMilliseconds);
  bool drained = root_server_->drain(deadline);
  drained = self_server_->drain(deadline) && drained;
  drained = control_server_->drain(deadline) && drained;
  sessions_.settle_what_is_owed();
  leave_for_next(kTransactionsLeft, transactions_.handed_over());
  std::string reason = drained ? "all dialogues ended" : "some cut off";
  if (const std::uint64_t unlisted = paced_.take_unlisted(); unlisted > 0)
    reason += fmt::format("; {} denials were not listed", unlisted);
  if (const auto recorded = record(EventKind::service_stopped, std::move(reason)); !recorded)
    report_trouble(recorded.error().message);
  return drained;
}

Result<void> Usherd::record(EventKind kind, std::string reason) {
  AuditEvent event;
  event.kind = kind;
  event.id = new_random_id();
  event.time_microseconds = clock_.wall_microseconds();
  event.rules_version = rules_.get()->version;
  event.reason = std::move(reason);
  return parts_.audit->record(event);
}

DaemonStatus Usherd::status() const {
  return {.version = USHER_VERSION,
          .started = started_at_ / 1'000'000,
          .configuration = file_.string(),
          .dialogues = counters_.dialogues_now,
          .accepted = counters_.accepted,
          .denied = counters_.denied,
          .observed = counters_.observed,
          .refused = counters_.refused};
}

void Usherd::serve_control(UniqueFd connection, const ucred& peer) {
  const ControlPeer caller{.pid = peer.pid,
                           .uid = peer.uid,
                           .process = host_.peer_of(connection.get(), peer.pid),
                           .trusted = is_trusted(peer.uid)};
  ControlConnection(std::move(connection), caller, control_, parts_.stop.descriptor()).run();
}

}  // namespace usher
