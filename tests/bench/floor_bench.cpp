// SPDX-License-Identifier: Apache-2.0
//
// What no login of Usher's can be faster than, measured by itself: the exchanges with a process
// that answers, a commit that is on the disk, a hash.
//
//   floor_bench exchanges          one connection, three packets each way
//   floor_bench commit FOLDER      one row in SQLite, WAL, synchronous=FULL
//   floor_bench hash PASSES KIB THREADS SECONDS   Argon2id, as many at once as there are threads
//
// Prints one line of NAME=VALUE; times are microseconds.
#include <fmt/format.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/timing.h"
#include "usher/unique_fd.h"

namespace usher::bench {
namespace {

constexpr std::size_t kSamples = 1000;
constexpr std::size_t kExchanges = 3;
constexpr std::size_t kPacket = 200;  // bytes; about what a login's packets are

int tell(const std::function<void()>& once) {
  std::vector<double> times;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const auto began = Clock::now();
    once();
    times.push_back(microseconds(Clock::now() - began));
  }
  fmt::print("median={:.1f} p99={:.1f}\n", percentile(times, 0.5), percentile(times, 0.99));
  return 0;
}

void answer_all(int listener) {
  std::array<char, kPacket> packet{};
  for (;;) {
    const UniqueFd client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.valid()) return;
    while (::recv(client.get(), packet.data(), packet.size(), 0) > 0)
      if (::send(client.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0) break;
  }
}

int exchanges() {
  const UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  // The kernel chooses an abstract name (unix(7), autobind).
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t length = sizeof(sa_family_t);
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener.get(), 16) != 0)
    throw std::runtime_error("no socket");
  length = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length);
  const pid_t server = ::fork();
  if (server == 0) {
    answer_all(listener.get());
    ::_exit(0);
  }
  const int status = tell([&] {
    const UniqueFd to(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    std::array<char, kPacket> packet{};
    if (::connect(to.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
      throw std::runtime_error("no connection");
    for (std::size_t i = 0; i < kExchanges; ++i)
      if (::send(to.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0 ||
          ::recv(to.get(), packet.data(), packet.size(), 0) <= 0)
        throw std::runtime_error("no answer");
  });
  ::kill(server, SIGTERM);
  ::waitpid(server, nullptr, 0);
  return status;
}

void run_sql(sqlite3* database, const char* sql) {
  if (::sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(::sqlite3_errmsg(database));
}

int commit(const std::string& folder) {
  sqlite3* database = nullptr;
  if (::sqlite3_open((folder + "/floor.db").c_str(), &database) != SQLITE_OK)
    throw std::runtime_error(folder + ": no database");
  run_sql(database,
          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
          "CREATE TABLE otp (id INTEGER PRIMARY KEY, last_step INTEGER);"
          "INSERT INTO otp VALUES (1, 0);");
  const int status = tell([&] {
    run_sql(database, "BEGIN IMMEDIATE; UPDATE otp SET last_step = last_step + 1; COMMIT;");
  });
  ::sqlite3_close(database);
  return status;
}

int hash(unsigned long passes, std::size_t kib, std::size_t threads, double seconds) {
  constexpr std::string_view kPassword = "correct horse battery staple";
  if (::sodium_init() < 0) throw std::runtime_error("libsodium does not start");
  std::array<char, crypto_pwhash_STRBYTES> stored{};
  if (::crypto_pwhash_str(stored.data(), kPassword.data(), kPassword.size(), passes, kib * 1024) !=
      0)
    throw std::runtime_error("no memory for the hash");
  std::atomic<std::size_t> done = 0;
  const auto began = Clock::now();
  const auto end =
      began + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < threads; ++i)
      workers.emplace_back([&] {
        while (Clock::now() < end)
          if (::crypto_pwhash_str_verify(stored.data(), kPassword.data(), kPassword.size()) == 0)
            ++done;
      });
  }
  const double took = microseconds(Clock::now() - began);
  const auto count = static_cast<double>(done);
  fmt::print("per_second={:.2f} each={:.1f}\n", count / took * 1e6,
             took * static_cast<double>(threads) / count);
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 1 && arguments[0] == "exchanges") return exchanges();
  if (arguments.size() == 2 && arguments[0] == "commit") return commit(arguments[1]);
  if (arguments.size() == 5 && arguments[0] == "hash")
    return hash(std::stoul(arguments[1]), std::stoul(arguments[2]), std::stoul(arguments[3]),
                std::stod(arguments[4]));
  throw std::invalid_argument("exchanges | commit FOLDER | hash PASSES KIB THREADS SECONDS");
}

}  // namespace
}  // namespace usher::bench

int main(int argc, char** argv) {
  return usher::bench::run_program("floor_bench", usher::bench::run, argc, argv);
}
