// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <sys/types.h>

/// A daemon in a process of its own that speaks PROTOCOL.md byte by byte, without the project's
/// codec. It greets, and then follows `script`, a letter a step:
///   B  hears Begin           P  asks for a password
///   A  hears an Answer       S  says success
///   D  says denial (PAM_PERM_DENIED)
///   R  says Restart          C  hears Cancel
///   X  hangs up and takes the next connection, which it greets
/// The child exits with 0 where the client kept to the script, else with the failing step, from 1.
/// Returns its process id, -1 on failure; it listens when this returns.
pid_t start_raw_daemon(const char* path, const char* script);
/// Waits for it; the exit code.
int finish_raw_daemon(pid_t daemon);
