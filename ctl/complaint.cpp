// SPDX-License-Identifier: Apache-2.0
#include "ctl/complaint.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "ctl/plain_text.h"

namespace usher::ctl {

ExitCode complain(const Complaint& complaint) {
  // What the command has printed so far stands above what is said about it.
  static_cast<void>(std::fflush(stdout));
  fmt::print(stderr, "usherctl: {}\n", plain(complaint.what));
  if (!complaint.next.empty()) fmt::print(stderr, "  {}\n", plain(complaint.next));
  return complaint.code;
}

ExitCode complain_of(std::string what, std::string next) {
  return complain({.code = ExitCode::no, .what = std::move(what), .next = std::move(next)});
}

}  // namespace usher::ctl
