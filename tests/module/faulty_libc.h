// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace usher::testing {

/// This program's socket(2), connect(2), setsockopt(2), getsockopt(2), send(2), recv(2), poll(2)
/// and mmap(2) can be made to fail, on the calling thread alone: the `nth` of them (from 1) from
/// now on, once, with `error`. 0: none.
void fail_call(int nth, int error);
/// Whether that call has come, and if so, its name; null where it has not.
[[nodiscard]] const char* failed_call();

/// Whether the module ever sent without MSG_NOSIGNAL, or made a socket that its program's children
/// would inherit, on any thread.
[[nodiscard]] bool was_careless();

}  // namespace usher::testing
