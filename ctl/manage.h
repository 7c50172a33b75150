// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "ctl/command.h"

namespace CLI {
class App;
}

namespace usher::ctl {

/// A change of somebody's credentials.
struct Change {
  std::string operation;  // see ManageDetails
  std::string user;       // empty: whoever runs usherctl
  std::string label;
  std::string algorithm;
  std::uint8_t digits = 0;
  std::uint16_t period = 0;  // seconds
  bool plain = false;
  bool change_at_login = false;
  bool from_standard_input = false;
};

/// The options that every change has: USER and --stdin.
void add_change_options(CLI::App& app, Change& change);

/// Carries a `manage` dialogue between usherd and the person. `done`, "password set" say, is what
/// is said of a success, with "for USER" behind it.
[[nodiscard]] ExitCode make_change(const Globals& globals, Change change, const std::string& done);

/// The name of the account that runs usherctl; empty where it has none.
[[nodiscard]] std::string own_name();

}  // namespace usher::ctl
