// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/person_behind.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace usher {

uid_t person_behind(const ucred& peer) {
  constexpr auto kNobody = static_cast<uid_t>(-1);
  if (peer.uid != 0) return peer.uid;
  std::ifstream status(fmt::format("/proc/{}/status", peer.pid));
  for (std::string line; std::getline(status, line);) {
    unsigned real = 0;
    if (std::sscanf(line.c_str(), "Uid:\t%u", &real) == 1) return real;
  }
  return kNobody;
}

}  // namespace usher
