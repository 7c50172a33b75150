// SPDX-License-Identifier: Apache-2.0
// Sessions of usherd's replies, as people read them. A member that a reply lacks throws what
// ask_control() catches.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "ctl/complaint.h"
#include "ctl/output.h"

namespace usher::ctl {

/// Whether a session can be named by it: 4 to 32 hexadecimal digits, the begin of an id or all of
/// it.
[[nodiscard]] bool may_name_session(std::string_view text);
/// The complaint that it can't.
[[nodiscard]] Complaint not_an_id(std::string_view text);

/// The begin of the session's id, by which it can be named.
[[nodiscard]] std::string short_id(const Json& session);
/// "192.0.2.7"; "-" for a local one.
[[nodiscard]] std::string origin_of(const Json& session);
/// "ada through sshd, from 192.0.2.7", "ada through login, local".
[[nodiscard]] std::string login_of(const Json& session);
/// "publickey, otp"; "-" for none.
[[nodiscard]] std::string factors_of(const Json& session);
/// How it came to its end, in words; empty for an open one.
[[nodiscard]] std::string ending_of(const Json& session);
/// "otp 17:30, password of root 09:05"; "-" where nothing can be reused. `now` in seconds since
/// 1970.
[[nodiscard]] std::string reusable_in(const Json& session, std::int64_t now);
/// Who verified it, of the member "by" of a proof: "usherd".
[[nodiscard]] std::string verifier_named(const std::string& by);

/// Local time: "17:30" on the day that `now` is in, "2026-03-02 17:30" on another.
[[nodiscard]] std::string clock_time(std::int64_t moment, std::int64_t now);
/// "45 seconds", "12 minutes", "3 hours", "2 days"; what is left over is dropped.
[[nodiscard]] std::string rough_span(std::int64_t seconds);
/// The same for a column, with two units: "45s", "12m", "2h 05m", "3d 04h".
[[nodiscard]] std::string short_span(std::int64_t seconds);

/// The text, "-" for an empty one.
[[nodiscard]] std::string dash_for_none(std::string text);

}  // namespace usher::ctl
