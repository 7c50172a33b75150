// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "usher/unique_fd.h"

namespace usher::testing {

/// What became of a program that was run to its end, and all that it wrote.
struct Ended {
  int exit_code = -1;  // 128 + n where signal n ended it
  std::string said;
};

/// A folder with all that a usherd of its own needs but store and key, every path in its usher.toml
/// relative; gone with this object. It belongs to the one whom programs in it run as: nobody where
/// the test runs as root, else whoever runs the test.
class UsherdHome {
 public:
  UsherdHome();
  UsherdHome(const UsherdHome&) = delete;
  UsherdHome& operator=(const UsherdHome&) = delete;
  ~UsherdHome();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string in(std::string_view name) const { return (path_ / name).string(); }
  void write(std::string_view name, std::string_view content) const;

  /// Runs `program`, a path, in this folder and as its owner, to its end.
  [[nodiscard]] Ended run(const char* program, std::vector<std::string> arguments) const;
  /// `usherctl init`, which the test can't do without.
  void init() const;

 private:
  std::filesystem::path path_;
};

/// A socket that usherd gets as systemd would hand it over, and what FileDescriptorName= says.
struct HandedOver {
  int descriptor;
  std::string name;
};

/// A usherd that runs in the home, with `--config usher.toml`, and with `environment` (NAME=VALUE)
/// beside what every usherd gets; killed with this object.
class UsherdProcess {
 public:
  explicit UsherdProcess(const UsherdHome& home, const std::vector<HandedOver>& sockets = {},
                         const std::vector<std::string>& environment = {});
  UsherdProcess(const UsherdProcess&) = delete;
  UsherdProcess& operator=(const UsherdProcess&) = delete;
  ~UsherdProcess();

  /// The next datagram to the service manager (sd_notify(3)); empty once usherd has ended.
  [[nodiscard]] std::string next_notification() const;
  void signal(int number) const;
  /// Waits for its end.
  [[nodiscard]] Ended wait();

 private:
  const UsherdHome& home_;
  UniqueFd notifications_;
  pid_t pid_ = -1;
  UniqueFd process_;  // pidfd_open(2)
};

}  // namespace usher::testing
