// SPDX-License-Identifier: Apache-2.0
#include "ctl/complaint.h"

#include <fmt/format.h>

#include <cstdio>

#include "ctl/plain_text.h"

namespace usher::ctl {

ExitCode complain(const Complaint& complaint) {
  // What the command has printed so far stands above what is said about it.
  static_cast<void>(std::fflush(stdout));
  fmt::print(stderr, "usherctl: {}\n", plain(complaint.what));
  if (!complaint.next.empty()) fmt::print(stderr, "  {}\n", plain(complaint.next));
  return complaint.code;
}

}  // namespace usher::ctl
