// SPDX-License-Identifier: Apache-2.0
//
// Logins through the real libpam, whatever the stack, and what a module costs the program that
// loads it.
//
//   login_bench logins SERVICE PROCESSES LOGINS PERSON=FILE...
//
// PROCESSES processes make LOGINS logins among them, each for people of its own; PROCESSES people
// are needed. A line of FILE is for one login: the answers to its prompts, between tabs. A file
// with one line serves all logins; otherwise each line serves once, over all runs: FILE.next counts
// them.
//
//   login_bench load MODULE
//
// Prints one line of NAME=VALUE; times are microseconds.
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <security/pam_appl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/timing.h"

namespace usher::bench {
namespace {

/// What a login came to. Shared memory of the processes.
struct Sample {
  double took = 0;
  bool accepted = false;
};

/// Memory that what is forked writes to.
class SharedSamples {
 public:
  explicit SharedSamples(std::size_t count) : size_(count * sizeof(Sample)), count_(count) {
    memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::runtime_error("no memory to share");
  }
  SharedSamples(const SharedSamples&) = delete;
  SharedSamples& operator=(const SharedSamples&) = delete;
  ~SharedSamples() { ::munmap(memory_, size_); }
  [[nodiscard]] std::span<Sample> all() const { return {static_cast<Sample*>(memory_), count_}; }

 private:
  std::size_t size_;
  std::size_t count_;
  void* memory_;
};

/// Somebody, and the answers of their logins.
class Individual {
 public:
  explicit Individual(const std::string& argument) {
    const std::size_t sign = argument.find('=');
    if (sign == std::string::npos) throw std::invalid_argument("a person is NAME=FILE");
    name_ = argument.substr(0, sign);
    file_ = argument.substr(sign + 1);
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
    if (lines_.empty()) throw std::runtime_error(file_ + ": no answers");
    std::ifstream(file_ + ".next") >> next_;
  }
  [[nodiscard]] const std::string& name() const { return name_; }

  std::vector<std::string> answers() {
    if (lines_.size() > 1 && next_ >= lines_.size())
      throw std::runtime_error(file_ + ": too few lines");
    std::istringstream line(lines_.size() == 1 ? lines_.front() : lines_[next_++]);
    std::vector<std::string> found;
    for (std::string answer; std::getline(line, answer, '\t');) found.push_back(answer);
    return found;
  }
  void remember() const { std::ofstream(file_ + ".next") << next_ << '\n'; }

 private:
  std::string name_;
  std::string file_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
};

struct Answers {
  std::vector<std::string> given;
  std::size_t next = 0;
};

int converse(int count, const pam_message** messages, pam_response** replies, void* data) {
  auto& answers = *static_cast<Answers*>(data);
  auto* made =
      static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof **replies));
  if (made == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style != PAM_PROMPT_ECHO_OFF && style != PAM_PROMPT_ECHO_ON) continue;
    if (answers.next < answers.given.size())
      made[i].resp = ::strdup(answers.given[answers.next++].c_str());
  }
  *replies = made;
  return PAM_SUCCESS;
}

bool log_in(const char* service, Individual& person) {
  Answers answers{.given = person.answers()};
  const pam_conv conversation{.conv = converse, .appdata_ptr = &answers};
  pam_handle_t* handle = nullptr;
  if (::pam_start(service, person.name().c_str(), &conversation, &handle) != PAM_SUCCESS)
    return false;
  const int result = ::pam_authenticate(handle, 0);
  ::pam_end(handle, result);
  return result == PAM_SUCCESS;
}

double cpu_of(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto total = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return total(usage.ru_utime) + total(usage.ru_stime);
}

/// One of the processes: people number `first`, `first + step` ... take turns.
void make_logins(const char* service, std::span<Individual> people, std::size_t first,
                 std::size_t step, std::span<Sample> samples) {
  std::vector<Individual*> mine;
  for (std::size_t i = first; i < people.size(); i += step) mine.push_back(&people[i]);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto began = Clock::now();
    samples[i].accepted = log_in(service, *mine[i % mine.size()]);
    samples[i].took = microseconds(Clock::now() - began);
  }
  for (const Individual* person : mine) person->remember();
}

int logins(const char* service, std::size_t processes, std::size_t wanted,
           std::vector<Individual> people) {
  if (processes == 0 || people.size() < processes)
    throw std::invalid_argument("each process needs somebody of its own");
  const std::size_t each = std::max<std::size_t>(1, wanted / processes);
  const SharedSamples samples(each * processes);
  int gate[2];
  if (::pipe(gate) != 0) throw std::runtime_error("no pipe");
  for (std::size_t i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child > 0) continue;
    ::close(gate[1]);
    char byte = 0;
    static_cast<void>(!::read(gate[0], &byte, 1));  // until all are there
    try {
      make_logins(service, people, i, processes, samples.all().subspan(i * each, each));
    } catch (const std::exception& trouble) {
      fmt::print(stderr, "login_bench: {}\n", trouble.what());
      ::_exit(2);
    }
    ::_exit(0);
  }
  ::close(gate[0]);
  const auto began = Clock::now();
  ::close(gate[1]);
  bool well = true;
  for (int status = 0; ::wait(&status) > 0;) well = well && status == 0;
  const double took = microseconds(Clock::now() - began);
  if (!well) return 2;

  std::vector<double> times;
  std::size_t accepted = 0;
  for (const Sample& sample : samples.all()) {
    times.push_back(sample.took);
    accepted += sample.accepted ? 1 : 0;
  }
  const auto count = static_cast<double>(times.size());
  fmt::print("logins={} accepted={} median={:.1f} p99={:.1f} per_second={:.1f} cpu={:.1f}\n",
             times.size(), accepted, percentile(times, 0.5), percentile(times, 0.99),
             static_cast<double>(accepted) / took * 1e6, cpu_of(RUSAGE_CHILDREN) / count);
  return 0;
}

// What loading costs

int count_object(dl_phdr_info* /*object*/, std::size_t /*size*/, void* count) {
  ++*static_cast<std::size_t*>(count);
  return 0;
}

std::size_t objects() {
  std::size_t count = 0;
  ::dl_iterate_phdr(count_object, &count);
  return count;
}

double private_kib() {
  std::ifstream in("/proc/self/smaps_rollup");
  double total = 0;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("Private_")) total += std::stod(line.substr(line.find(':') + 1));
  return total;
}

/// Each in a process of its own, in which nothing of it is loaded yet.
int load(const char* module) {
  constexpr std::size_t kTimes = 101;
  std::vector<double> times;
  std::size_t libraries = 0;
  std::vector<double> memory;
  for (std::size_t i = 0; i < kTimes; ++i) {
    int pipe[2];
    if (::pipe(pipe) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child == 0) {
      const std::size_t objects_before = objects();
      const double before = private_kib();
      const auto began = Clock::now();
      const void* const handle = ::dlopen(module, RTLD_NOW);
      const double took = microseconds(Clock::now() - began);
      const double numbers[] = {took, static_cast<double>(objects() - objects_before) - 1,
                                private_kib() - before};
      const bool told =
          handle != nullptr && ::write(pipe[1], numbers, sizeof numbers) == sizeof numbers;
      ::_exit(told ? 0 : 2);
    }
    ::close(pipe[1]);
    double numbers[3] = {};
    const bool heard = ::read(pipe[0], numbers, sizeof numbers) == sizeof numbers;
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    if (!heard) throw std::runtime_error(std::string(module) + " can't be loaded");
    times.push_back(numbers[0]);
    libraries = static_cast<std::size_t>(numbers[1]);
    memory.push_back(numbers[2]);
  }
  fmt::print("libraries={} dlopen={:.1f} private_kib={:.0f}\n", libraries, percentile(times, 0.5),
             percentile(memory, 0.5));
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "load") return load(arguments[1].c_str());
  if (arguments.size() < 5 || arguments[0] != "logins")
    throw std::invalid_argument("logins SERVICE PROCESSES LOGINS PERSON=FILE... | load MODULE");
  std::vector<Individual> people;
  for (std::size_t i = 4; i < arguments.size(); ++i) people.emplace_back(arguments[i]);
  return logins(arguments[1].c_str(), std::stoul(arguments[2]), std::stoul(arguments[3]),
                std::move(people));
}

}  // namespace
}  // namespace usher::bench

int main(int argc, char** argv) {
  return usher::bench::run_program("login_bench", usher::bench::run, argc, argv);
}
