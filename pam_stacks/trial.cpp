// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/trial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/config/lists.h"
#include "daemon/model/rule.h"
#include "pam_stacks/scripted_daemon.h"
#include "pam_stacks/trial_login.h"
#include "pam_stacks/trial_room.h"
#include "pam_stacks/trial_stacks.h"
#include "usher/unique_fd.h"

namespace usher::pam_stacks {
namespace {

using nlohmann::json;

constexpr unsigned kSecondsPerLogin = 60;
constexpr uid_t kNobody = 65534;

/// One login to be tried.
struct Attempt {
  Caller caller;
  std::string what;
  std::optional<Script> usherd;  // none: nobody listens
  bool right_password = false;
  bool expected = false;
  bool others_refuse = false;  // modules that are not run, too
};

struct Person {
  std::string name;
  uid_t uid = 0;
};

Result<Person> person_named(const std::string& name) {
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr)
    return failure(fmt::format("there is no account {}: say --as USER, one that logs in", name));
  return Person{.name = entry->pw_name, .uid = entry->pw_uid};
}

bool is_member(const std::string& user, std::string_view groups) {
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return false;
  std::array<gid_t, 1024> mine{};
  int count = static_cast<int>(mine.size());
  if (::getgrouplist(user.c_str(), entry->pw_gid, mine.data(), &count) < 0) return false;
  while (!groups.empty()) {
    const std::size_t colon = std::min(groups.find(':'), groups.size());
    const group* found = ::getgrnam(std::string(groups.substr(0, colon)).c_str());
    if (found != nullptr &&
        std::find(mine.begin(), mine.begin() + count, found->gr_gid) != mine.begin() + count)
      return true;
    groups.remove_prefix(std::min(colon + 1, groups.size()));
  }
  return false;
}

std::string tty_of(std::string_view service) {
  if (service == "sshd") return "ssh";
  if (service == "login") return "/dev/tty1";
  if (service == "cron" || service == "crond") return "cron";
  return {};
}

Caller caller_for(const Plan& plan, const TrialWish& wish, const std::string& service,
                  const Person& person) {
  const bool locker = config::contains(wish.screen_lockers, service);
  const uid_t somebody = person.uid == 0 ? kNobody : person.uid;
  // Such programs have the person's real uid.
  const bool set_uid = is_started_by_anybody(service);
  return {.service = service,
          .user = person.name,
          .tty = tty_of(service),
          .ruser = set_uid ? person.name : std::string(),
          .real_uid = locker ? person.uid : (set_uid ? somebody : 0),
          .effective_uid = locker ? person.uid : 0,
          .authenticates = asks_usher(plan.after, service, "auth"),
          .checks_account = !flatten(plan.after, service, "account").empty(),
          .opens_session = !locker && !flatten(plan.after, service, "session").empty()};
}

/// Who gets in with the password of /etc/shadow while nobody listens.
bool gets_in_alone(const Plan& plan, const Caller& caller) {
  switch (plan.when_down.kind) {
    case WhenDown::observe:
      return true;
    case WhenDown::group:
      return is_member(caller.user, plan.when_down.groups);
    case WhenDown::console:
      return caller.service == "login";
    case WhenDown::none:
      return false;
  }
  return false;
}

void add_attempts_of(std::vector<Attempt>& attempts, const Plan& plan, const Caller& caller) {
  const bool observing = plan.when_down.kind == WhenDown::observe;
  const bool account = asks_usher(plan.after, caller.service, "account");
  const bool session = caller.opens_session && asks_usher(plan.after, caller.service, "session");
  const auto add = [&](std::string what, std::optional<Script> usherd, bool right, bool expected) {
    attempts.push_back(
        {.caller = caller,
         .what = std::move(what),
         .usherd = usherd,
         .right_password = right,
         .expected = expected,
         // Where the machine itself is asked, others know no wrong password either.
         .others_refuse = !right && (!usherd || usherd->authenticate == Word::no_part ||
                                     (observing && usherd->authenticate == Word::no))});
  };
  const Script silent{
      .authenticate = Word::no_part, .account = Word::no_part, .session = Word::no_part};
  // With a password that the machine does not know: it is Usher who lets in.
  add("Usher says yes", Script{}, false, true);
  if (caller.authenticates) {
    add("Usher says no, right password of the machine", Script{.authenticate = Word::no}, true,
        observing);
    add("Usher says no, wrong password", Script{.authenticate = Word::no}, false, false);
  }
  if (account) add("Usher refuses the account", Script{.account = Word::no}, true, observing);
  if (session) add("Usher refuses the session", Script{.session = Word::no}, true, observing);
  add("Usher only observes, right password", silent, true, true);
  if (caller.authenticates) add("Usher only observes, wrong password", silent, false, false);
  add("usherd is gone, right password", std::nullopt, true, gets_in_alone(plan, caller));
  if (caller.authenticates) add("usherd is gone, wrong password", std::nullopt, false, false);
}

std::vector<Attempt> all_attempts(const Plan& plan, const TrialWish& wish, const Person& person) {
  std::vector<Attempt> attempts;
  for (const std::string& service : plan.services) {
    const Caller caller = caller_for(plan, wish, service, person);
    if (caller.authenticates || asks_usher(plan.after, service, "account"))
      add_attempts_of(attempts, plan, caller);
  }
  return attempts;
}

/// A login in a process of its own: what a module leaves behind, or that it crashes, ends with it.
LoginEnd try_apart(const Attempt& attempt, const TrialRoom& room) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {.step = Step::begin, .code = PAM_SYSTEM_ERR};
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  for (const std::string& path : TrialRoom::sockets()) static_cast<void>(::unlink(path.c_str()));
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kSecondsPerLogin);
    LoginEnd end{.step = Step::begin, .code = PAM_SYSTEM_ERR};
    const bool set = !attempt.others_refuse || TrialRoom::let_others_refuse();
    if (set && (!attempt.usherd || ScriptedDaemon::start(TrialRoom::sockets(), *attempt.usherd)))
      end = try_login(attempt.caller,
                      attempt.right_password ? room.password() : "not-" + room.password());
    static_cast<void>(::write(writing.get(), &end, sizeof end) == sizeof end);
    ::_exit(0);
  }
  writing.reset();
  LoginEnd end;
  if (child < 0 || ::read(reading.get(), &end, sizeof end) != sizeof end)
    end = {.step = Step::begin, .code = -1};
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return end;
}

TrialResult result_of(const Attempt& attempt, const LoginEnd& end, std::vector<std::string> log) {
  const bool got_in = end.step == Step::done;
  const std::string why =
      end.code < 0 ? "the process was killed" : ::pam_strerror(nullptr, end.code);
  return {.service = attempt.caller.service,
          .what = attempt.what,
          .expected = attempt.expected,
          .got_in = got_in,
          .refused_at = got_in ? std::string() : fmt::format("{}: {}", word_for(end.step), why),
          .log = std::move(log)};
}

json json_of(const TrialResult& result) {
  return {{"service", result.service}, {"what", result.what},     {"expected", result.expected},
          {"got_in", result.got_in},   {"at", result.refused_at}, {"log", result.log}};
}

/// Sends a line to the process that waits for the results.
void send(int pipe, const json& value) {
  const std::string line = value.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
  static_cast<void>(::write(pipe, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

void try_all(int pipe, const TrialStacks& stacks, const Person& person,
             const std::vector<Attempt>& attempts) {
  const auto room = TrialRoom::enter(stacks, person.name);
  if (!room) return send(pipe, {{"failure", room.error().message}});
  for (const Attempt& attempt : attempts) {
    const LoginEnd end = try_apart(attempt, *room);
    send(pipe, json_of(result_of(attempt, end, room->take_log())));
  }
}

}  // namespace

Result<Trial> run_trial(const Plan& plan, const TrialWish& wish,
                        const std::function<void(const TrialResult&, std::size_t)>& progress) {
  const auto person = person_named(wish.user);
  if (!person) return std::unexpected(person.error());
  const TrialStacks stacks =
      for_trial(plan.after, wish.real_socket, TrialRoom::sockets().front(), is_module_there);
  const std::vector<Attempt> attempts = all_attempts(plan, wish, *person);
  Trial trial{.results = {}, .stand_ins = stand_ins(plan.after, plan.services)};

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure("no pipe");
  UniqueFd writing(ends[1]);
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    try_all(writing.get(), stacks, *person, attempts);
    ::_exit(0);
  }
  writing.reset();
  std::FILE* lines = ::fdopen(ends[0], "r");
  std::string failed;
  char* line = nullptr;
  std::size_t room = 0;
  while (lines != nullptr && child > 0 && ::getline(&line, &room, lines) > 0) {
    const json read = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (read.contains("failure")) failed = read.value("failure", "");
    if (!read.contains("service")) continue;
    trial.results.push_back({.service = read.value("service", ""),
                             .what = read.value("what", ""),
                             .expected = read.value("expected", false),
                             .got_in = read.value("got_in", true),
                             .refused_at = read.value("at", ""),
                             .log = read.value("log", std::vector<std::string>())});
    progress(trial.results.back(), attempts.size());
  }
  std::free(line);
  if (lines != nullptr) std::fclose(lines);
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!failed.empty()) return failure(std::move(failed));
  if (trial.results.size() != attempts.size())
    return failure(
        fmt::format("only {} of {} logins could be tried", trial.results.size(), attempts.size()));
  return trial;
}

}  // namespace usher::pam_stacks
