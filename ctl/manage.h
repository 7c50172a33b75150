// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
  std::string kind;                   // "TOTP", "HOTP"
  std::string new_label;              // what it is to be called
  std::vector<std::string> services;  // where it counts
  std::uint32_t seconds = 0;          // how long it counts; 0: as usherd has it
  std::uint32_t uses = 0;             // how often; 0: as usherd has it
};

/// The options that every change has: USER and --stdin.
void add_change_options(CLI::App& app, Change& change);
/// The same where USER has to be named, since it is about somebody else.
void add_options_for_others(CLI::App& app, Change& change);
/// --stdin alone.
void add_stdin_option(CLI::App& app, Change& change);

/// Carries a `manage` dialogue between usherd and the person. `done`, "password set" say, is what
/// is said of a success, with "for USER" behind it.
[[nodiscard]] ExitCode make_change(const Globals& globals, Change change, const std::string& done);

/// The name of the account that runs usherctl; empty where it has none.
[[nodiscard]] std::string own_name();

}  // namespace usher::ctl
