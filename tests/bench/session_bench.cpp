// SPDX-License-Identifier: Apache-2.0
// How long sessions take where few are open and none is past, and where many are and a million
// past: in stores of their own on one disk, in the same run, turn by turn.
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/host/host.h"
#include "daemon/host/random_id.h"
#include "daemon/sessions/session_register.h"
#include "daemon/store/init.h"
#include "daemon/store/master_key.h"
#include "daemon/store/must.h"
#include "daemon/store/sqlite.h"
#include "daemon/store/sqlite_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recording_audit.h"

namespace usher::bench {
namespace {

constexpr std::size_t kFew = 10;
constexpr std::size_t kMany = 10'000;
constexpr std::size_t kPast = 1'000'000;
constexpr std::size_t kPeople = 1000;
constexpr std::size_t kListed = 100;      // of a history
constexpr std::size_t kLine = 6;          // processes in a line, the anchor among them
constexpr std::size_t kOthers = 100;      // descriptors for all but anchors
constexpr std::int64_t kBetweenPast = 8;  // seconds from one past session to the next
constexpr std::int64_t kLength = 600;     // seconds that a past one took
constexpr std::string_view kSomebody = "user-0";

void check(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

void check(bool fine, const char* what) {
  if (!fine) throw std::logic_error(what);
}

/// A machine on which each session has a line of processes, none of which ends. A process costs one
/// descriptor while it is held, and as long to find however many there are.
class Machine final : public Host {
 public:
  [[nodiscard]] static ProcessId anchor_of(std::size_t session) { return process(session, 0); }
  [[nodiscard]] static ProcessId leaf_of(std::size_t session) {
    return process(session, kLine - 1);
  }

  [[nodiscard]] Result<std::optional<Person>> find_user(std::string_view /*name*/) override {
    return std::nullopt;
  }
  [[nodiscard]] Result<std::optional<Person>> find_user(uid_t /*uid*/) override {
    return std::nullopt;
  }
  [[nodiscard]] GroupAnswer find_group(std::string_view /*name*/) override { return std::nullopt; }
  [[nodiscard]] ProcessId peer_of(int /*socket*/, pid_t pid) override { return of_pid(pid); }
  [[nodiscard]] bool is_there(const ProcessId& /*process*/) override { return true; }
  [[nodiscard]] ProcessId parent_of(const ProcessId& child) override {
    return is_anchor(child.pid) ? ProcessId{} : of_pid(child.pid - 1);
  }
  [[nodiscard]] std::vector<ProcessId> line_of(const ProcessId& process) override {
    std::vector<ProcessId> line;
    for (ProcessId each = process; each.known(); each = parent_of(each)) line.push_back(each);
    return line;
  }
  [[nodiscard]] Result<UniqueFd> hold(const ProcessId& /*process*/) override {
    UniqueFd held(::eventfd(0, EFD_CLOEXEC));
    if (!held.valid()) return failure("the machine has no descriptors left");
    return held;
  }
  [[nodiscard]] SessionHints hints_of(pid_t pid) override {
    return {.login_uid = 1000, .audit_session = 7, .kernel_session = pid};
  }
  [[nodiscard]] std::string boot_id() override { return "3a1f6f4e-0c7e-4f5c-9d55-0a6b1c2d3e4f"; }
  [[nodiscard]] uid_t real_uid_of(pid_t /*pid*/) override { return 1000; }
  [[nodiscard]] std::string machine_name() override { return "bench"; }

 private:
  static constexpr pid_t kFirst = 600;  // the anchor of the first session

  static ProcessId of_pid(pid_t pid) {
    return {.pid = pid, .start_time = static_cast<std::uint64_t>(pid) * 10};
  }
  static ProcessId process(std::size_t session, std::size_t generation) {
    return of_pid(kFirst + static_cast<pid_t>(session * kLine + generation));
  }
  static bool is_anchor(pid_t pid) { return (pid - kFirst) % static_cast<pid_t>(kLine) == 0; }
};

EarnedProof proof_at(std::int64_t boot_at) {
  return {.user = "ada",
          .for_uid = 1000,
          .factor = Factor::publickey,
          .by = ProvenBy::sshd,
          .boot_at = boot_at,
          .wall_at = testing::FakeClock::kStartSeconds};
}

/// Says on standard error how far something has come; on a terminal, in one line.
class Progress {
 public:
  explicit Progress(std::string what) : what_(std::move(what)) {
    if (!live_) fmt::print(stderr, "   … {}\n", what_);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (live_) fmt::print(stderr, "\r\033[K");
  }
  void at(std::size_t done, std::size_t all) const {
    if (live_) fmt::print(stderr, "\r\033[K   … {} {}/{}", what_, done, all);
  }

 private:
  const std::string what_;
  const bool live_ = ::isatty(STDERR_FILENO) == 1;
};

/// A folder inside of another, removed with all that is in it.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& parent) {
    std::string name = (parent / "session-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error(fmt::format("{}: no folder can be made there", parent.string()));
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What any durable commit takes: of one row into a table that nothing hangs on.
class Floor {
 public:
  explicit Floor(const std::filesystem::path& file) : database_(made(file)) {
    database_.run("PRAGMA journal_mode = WAL");
    database_.run("CREATE TABLE floor (number INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  }
  void commit() {
    static const std::string kText(250, 'x');  // as long as a session
    Transaction transaction(database_);
    database_.query("INSERT INTO floor (text) VALUES (?)").bind(kText).run();
    transaction.commit();
  }

 private:
  static const std::filesystem::path& made(const std::filesystem::path& file) {
    static_cast<void>(std::ofstream(file));
    return file;
  }
  Database database_;
};

/// A machine, its store and its register.
class World {
 public:
  World(const std::filesystem::path& parent, std::size_t open)
      : scratch_(parent), floor_(scratch_.path() / "floor.db"), open_(open) {
    check(initialise_store(file(), key()));
    store_ = must(SqliteStore::open(file(), key()));
  }

  /// Makes sessions that are over, one every few seconds up to now, of so many people by turns.
  /// Opened and closed one after the other they would take hours: so these rows are SQL's own.
  void add_past(std::size_t count, std::size_t people, const Progress& progress) {
    constexpr std::size_t kAtOnce = 100'000;
    Database database(file());
    database.run("PRAGMA synchronous = OFF");
    database.run("PRAGMA cache_size = -200000");  // KiB
    for (std::size_t done = 0; done < count; done += kAtOnce) {
      progress.at(done, count);
      Transaction transaction(database);
      add_some_past(database, count - done, std::min(kAtOnce, count - done), people);
      transaction.commit();
    }
    static_cast<void>(database.integer("PRAGMA wal_checkpoint(TRUNCATE)"));
  }

  /// The open ones, each with a proof.
  void add_open() {
    constexpr std::size_t kAtOnce = 1000;
    while (ids_.size() < open_) {
      std::vector<Effect> effects;
      while (ids_.size() < open_ && effects.size() < kAtOnce) {
        Session session = wanted(ids_.size());
        session.id = new_random_id();
        session.boot_id = machine_.boot_id();
        session.opened = now();
        ids_.push_back(session.id);
        effects.emplace_back(OpenSession{.session = std::move(session), .proofs = {proof_at(1)}});
      }
      commit(effects);
    }
  }

  /// The usherd that comes next, or the first; without its end().
  void start() {
    // What is forgotten is as much as what begins.
    register_ = std::make_unique<SessionRegister>(RegisterPorts{*store_, machine_, clock_, audit_},
                                                  kBetweenPast * std::int64_t{kPast});
    check(register_->start());
  }
  void end() { register_.reset(); }

  void open_and_close() {
    clock_.advance_seconds(kBetweenPast);
    const std::size_t session = open_;  // the one after those that stay
    check(must(register_->open(wanted(session), {proof_at(1)})).parent.empty(), "it has a parent");
    check(register_->close(Machine::anchor_of(session), "sshd").has_value(), "it is not closed");
  }
  void credit_and_expect() {
    const std::int64_t boot_at = ++credited_;
    const std::string& id = ids_[some()];
    std::vector<Effect> effects;
    effects.emplace_back(EarnProof{.session = id, .proof = proof_at(boot_at)});
    effects.emplace_back(ExpectProof{.session = id,
                                     .user = "ada",
                                     .for_uid = 1000,
                                     .factor = Factor::publickey,
                                     .since = boot_at});
    commit(effects);
  }
  void stand(std::size_t session) {
    check(register_->standing_of(Machine::leaf_of(session)) == ids_[session], "it stands nowhere");
  }
  void read_proofs(std::size_t session) {
    check(must(store_->proofs_of(ids_[session])).size() == 1, "it does not hold one proof");
  }
  void list_open() { check(register_->open_sessions().size() == open_, "others are open"); }
  void list_history(std::string_view user) {
    const auto found = must(store_->sessions({.user = std::string(user), .count = kListed}));
    check(found.size() == kListed, "the history has another length");
  }
  /// Half as many as are listed began since then.
  void list_latest() {
    constexpr std::int64_t kHalf = kListed / 2;
    const auto found =
        must(store_->sessions({.since = now() - kBetweenPast * (kHalf - 1), .count = kListed}));
    check(found.size() == kHalf, "the history has another length");
  }
  void commit_floor() { floor_.commit(); }
  /// One of the open ones, another each time, and none near the one before.
  std::size_t some() { return (chosen_ += 7919) % open_; }
  [[nodiscard]] std::size_t open_count() const { return open_; }

 private:
  [[nodiscard]] std::filesystem::path file() const { return scratch_.path() / "store.db"; }
  [[nodiscard]] std::filesystem::path key() const { return scratch_.path() / "master.key"; }
  [[nodiscard]] std::int64_t now() const {
    return clock_.wall_microseconds() / testing::FakeClock::kMicroseconds;
  }
  static Session wanted(std::size_t session) {
    return {.user = "ada",
            .uid = 1000,
            .service = "sshd",
            .rhost = "192.0.2.7",
            .tty = "ssh",
            .anchor = Machine::anchor_of(session),
            .rule = "from outside",
            .rule_at = "/etc/usher/rules.d/50-outside.toml:3",
            .factors = {"publickey"}};
  }

  /// The first began `ago` steps before now.
  void add_some_past(Database& database, std::size_t ago, std::size_t count,
                     std::size_t people) const {
    database
        .query(
            "WITH RECURSIVE step(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM step "
            "WHERE at + 1 < ?) "
            "INSERT INTO session (id, user, uid, service, rhost, tty, ruser, anchor_pid, "
            "anchor_start, anchor_inode, boot_id, parent, kernel_session, rule, rule_at, observed, "
            "factors, opened, watched, login_uid, audit_session, ended, end_how) "
            "SELECT lower(hex(randomblob(16))), 'user-' || (at % ?), 1000, 'sshd', '192.0.2.7', "
            "'ssh', '', 600, 6000, 0, ?, '', 600, 'from outside', "
            "'/etc/usher/rules.d/50-outside.toml:3', 0, 'publickey', ? + at * ?, 0, 1000, 7, "
            "? + at * ?, 1 FROM step")
        .bind(static_cast<std::int64_t>(count))
        .bind(static_cast<std::int64_t>(people))
        .bind("3a1f6f4e-0c7e-4f5c-9d55-0a6b1c2d3e4f")
        .bind(now() - static_cast<std::int64_t>(ago) * kBetweenPast - kLength)
        .bind(kBetweenPast)
        .bind(now() - static_cast<std::int64_t>(ago) * kBetweenPast)
        .bind(kBetweenPast)
        .run();
  }

  void commit(const std::vector<Effect>& effects) {
    check(must(store_->commit(effects)) == CommitOutcome::committed, "it is not committed");
  }

  const Scratch scratch_;
  Floor floor_;
  const std::size_t open_;
  Machine machine_;
  testing::FakeClock clock_;
  testing::RecordingAudit audit_;
  std::unique_ptr<Store> store_;
  std::vector<std::string> ids_;
  std::size_t chosen_ = 0;
  std::int64_t credited_ = 1;
  std::unique_ptr<SessionRegister> register_;
};

/// What is measured: so many samples of so many calls of `work` each, after `before`.
struct Measure {
  std::string_view what;
  std::size_t samples = 0;
  std::size_t calls = 0;
  std::function<void(World&)> work;
  std::function<void(World&)> before = [](World&) {};
  std::function<std::size_t(World&)> parts = [](World&) { return 1; };  // that a call has
  double quantile = 0.5;
};

/// Takes each sample in both worlds, one after the other: so what else the machine does meets both.
class Table {
 public:
  Table(World& few, World& many) : worlds_{&few, &many} {}

  void add(const Measure& measure) {
    std::array<std::vector<double>, 2> times;
    for (std::size_t sample = 0; sample < measure.samples; ++sample)
      for (std::size_t world = 0; world < worlds_.size(); ++world)
        times[world].push_back(time_of(measure, *worlds_[world]));
    const double few = quantile_of(times[0], measure.quantile);
    const double many = quantile_of(times[1], measure.quantile);
    lines_ +=
        fmt::format("{:<40} {:>12.2f} {:>12.2f} {:>8.1f}\n", measure.what, few, many, many / few);
  }
  void print() const {
    fmt::print("{:<40} {:>12} {:>12} {:>8}\n{}", "what", "few, us", "many, us", "ratio", lines_);
  }

 private:
  static double time_of(const Measure& measure, World& world) {
    measure.before(world);
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t call = 0; call < measure.calls; ++call) measure.work(world);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    return took.count() / static_cast<double>(measure.calls * measure.parts(world));
  }
  static double quantile_of(std::vector<double>& times, double quantile) {
    const auto at = times.begin() +
                    static_cast<std::ptrdiff_t>(static_cast<double>(times.size() - 1) * quantile);
    std::ranges::nth_element(times, at);
    return *at;
  }

  std::array<World*, 2> worlds_;
  std::string lines_;
};

/// The processes above this one, and itself.
class OwnLine {
 public:
  OwnLine() {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
    const UniqueFd one(ends[0]);
    const UniqueFd other(ends[1]);
    self_ = host_.peer_of(one.get(), ::getpid());
  }
  std::size_t read() { return host_.line_of(self_).size(); }

 private:
  LinuxHost host_;
  ProcessId self_;
};

std::vector<Measure> measures(World& few, const Progress& progress, OwnLine& line) {
  const auto sessions = [](World& world) { return world.open_count(); };
  // As long as what is listed of many.
  const auto give_few_a_past = [&, given = false](World& /*world*/) mutable {
    if (!std::exchange(given, true)) few.add_past(kListed, 1, progress);
  };
  return {
      {"floor: commit of one row", 500, 1, [](World& world) { world.commit_floor(); }},
      {.what = "floor: a process of a line, in /proc",
       .samples = 100,
       .calls = 10,
       .work = [&](World&) { line.read(); },
       .parts = [&](World&) { return std::max<std::size_t>(line.read(), 1); }},
      {"open and close (two commits)", 500, 1, [](World& world) { world.open_and_close(); }},
      {.what = "... the slowest of 100",
       .samples = 500,
       .calls = 1,
       .work = [](World& world) { world.open_and_close(); },
       .quantile = 0.99},
      {"credit and expect a proof (one commit)", 500, 1,
       [](World& world) { world.credit_and_expect(); }},
      {"standing, of one session", 100, 1000, [](World& world) { world.stand(0); }},
      {"standing, of another each time", 100, 1000,
       [](World& world) { world.stand(world.some()); }},
      {"proofs of one session", 100, 100, [](World& world) { world.read_proofs(0); }},
      {"proofs of another each time", 100, 100,
       [](World& world) { world.read_proofs(world.some()); }},
      {.what = "list of open ones, per session",
       .samples = 20,
       .calls = 10,
       .work = [](World& world) { world.list_open(); },
       .parts = sessions},
      {"history of everybody, 100", 100, 10, [](World& world) { world.list_history(""); }},
      {"history of everybody, the latest 50", 100, 10, [](World& world) { world.list_latest(); }},
      {.what = "history of somebody, 100",
       .samples = 100,
       .calls = 10,
       .work = [](World& world) { world.list_history(kSomebody); },
       .before = give_few_a_past},
      {.what = "start, per watched session",
       .samples = 10,
       .calls = 1,
       .work = [](World& world) { world.start(); },
       .before = [](World& world) { world.end(); },
       .parts = sessions},
  };
}

void measure_all(World& few, World& many) {
  OwnLine line;
  Table table(few, many);
  {
    const Progress progress("measuring");
    const std::vector<Measure> all = measures(few, progress, line);
    for (std::size_t done = 0; done < all.size(); ++done) {
      progress.at(done, all.size());
      table.add(all[done]);
    }
  }
  table.print();
}

/// Each session that is open holds a descriptor.
void want_descriptors(rlim_t wanted) {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit failed");
  if (limit.rlim_cur >= wanted) return;
  const rlim_t allowed = limit.rlim_max;
  limit = {.rlim_cur = wanted, .rlim_max = std::max(wanted, allowed)};
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw std::runtime_error(fmt::format(
        "it needs {} file descriptors, and {} are allowed: `ulimit -n {}` as root, in the shell "
        "that starts it, allows more",
        wanted, allowed, wanted));
}

void run(const std::filesystem::path& folder) {
  want_descriptors(kMany + kFew + kOthers);
  World few(folder, kFew);
  World many(folder, kMany);
  {
    const Progress progress(fmt::format("making {} past sessions", kPast));
    many.add_past(kPast, kPeople, progress);
  }
  for (World* world : {&few, &many}) {
    world->add_open();
    world->start();
  }
  measure_all(few, many);
}

}  // namespace
}  // namespace usher::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: session_bench FOLDER\n");
    return 2;
  }
  try {
    usher::bench::run(argv[1]);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "session_bench: {}\n", problem.what());
    return 1;
  }
  return 0;
}
