// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace usher::ctl {

/// What usherctl exits with. Scripts build on these numbers; `usherctl --help` explains them.
enum class ExitCode : std::uint8_t {
  ok = 0,
  no = 1,             // refused, broken off, or the answer to the question is no
  usage = 2,          // the command line is wrong
  unreachable = 3,    // usherd does not answer
  configuration = 4,  // the configuration has mistakes
  internal = 5,       // usherd or usherctl failed
};

enum class ColourWish : std::uint8_t { automatic = 1, always, never };

/// The options that every command takes.
struct Globals {
  std::filesystem::path config = "/etc/usher/usher.toml";
  bool config_given = false;
  std::string login_socket;    // empty: as the configuration says
  std::string control_socket;  // empty: as the configuration says
  bool json = false;
  ColourWish colour = ColourWish::automatic;
};

/// Carries the command out, once its options are parsed.
using Run = std::function<ExitCode(const Globals&)>;

/// One command of usherctl.
struct Command {
  const char* name;     // the words of the command line: "otp add"
  const char* summary;  // one line, for lists of commands
  const char* lesson;   // what stands below the options in its help: examples, and what to know
  /// Adds the command's own options to its parser and returns what to do with them.
  Run (*setup)(CLI::App&);
};

// Each in its own file, cmd_NAME.cpp.
extern const Command kInit;
extern const Command kPasswordSet;
extern const Command kPasswordChange;
extern const Command kPasswordExpire;
extern const Command kOtpAdd;
extern const Command kOtpList;
extern const Command kOtpRename;
extern const Command kOtpRemove;
extern const Command kRecoveryNew;
extern const Command kEnrolReopen;
extern const Command kBypassIssue;
extern const Command kBypassList;
extern const Command kBypassRevoke;
extern const Command kBreakglassSeal;
extern const Command kBreakglassList;
extern const Command kBreakglassRevoke;
extern const Command kBreakglassTest;
extern const Command kStatus;
extern const Command kReload;
extern const Command kLog;
extern const Command kExplain;
extern const Command kReadiness;
extern const Command kSessions;
extern const Command kSessionShow;
extern const Command kSessionEnd;
extern const Command kHistory;
extern const Command kWhoami;
extern const Command kImport;
extern const Command kCheck;
extern const Command kPolicyTest;
extern const Command kPolicyDiff;
extern const Command kPolicyReplay;
extern const Command kPamPlan;
extern const Command kPamApply;
extern const Command kPamConfirm;
extern const Command kPamRollback;
extern const Command kPamStatus;
extern const Command kPamRemove;
extern const Command kKeyStatus;
extern const Command kKeyRotate;
extern const Command kKeyNew;
extern const Command kBackup;
extern const Command kRestore;

}  // namespace usher::ctl
