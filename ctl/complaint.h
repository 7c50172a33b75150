// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ctl/command.h"

namespace usher::ctl {

/// Why a command did not do what it was asked: what is wrong and where, and what to do next.
struct Complaint {
  ExitCode code = ExitCode::internal;
  std::string what;
  std::string next;  // may be empty
};

/// Says it on standard error, whatever the texts hold, and returns its exit code.
[[nodiscard]] ExitCode complain(const Complaint& complaint);

/// The same, of what ends with ExitCode::no.
[[nodiscard]] ExitCode complain_of(std::string what, std::string next = {});

}  // namespace usher::ctl
