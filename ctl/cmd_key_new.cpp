// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdint>
#include <span>

#include "ctl/complaint.h"
#include "daemon/store/master_key.h"

namespace usher::ctl {
namespace {

/// Past the buffer of standard output, in which a copy would stay.
bool write_whole(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

ExitCode make() {
  if (::isatty(STDOUT_FILENO) == 1)
    return complain({.code = ExitCode::usage,
                     .what = "a key is not for a terminal, which keeps what it shows",
                     .next = "Lead it into a file: `usherctl key new >> FILE`, with umask 077."});
  const auto key = MasterKey::generate();
  if (!key) return complain({.what = key.error().message, .next = {}});
  const auto line = key->encode();
  if (!line) return complain({.what = line.error().message, .next = {}});
  if (!write_whole(line->expose_bytes()))
    return complain({.what = "standard output can't be written to", .next = {}});
  return ExitCode::ok;
}

Run setup_key_new(CLI::App&) {
  return [](const Globals&) { return make(); };
}

}  // namespace

const Command kKeyNew{
    .name = "key new",
    .summary = "Write a new master key to standard output",
    .lesson =
        R"(For where the key is a credential of systemd's, which `usherctl key rotate` can't write to: the
line goes behind the one that the credential holds, and key rotate then puts it in force. Changes
nothing by itself.

Examples:
  usherctl key new >> /run/usher-key/master.key)",
    .setup = setup_key_new};

}  // namespace usher::ctl
