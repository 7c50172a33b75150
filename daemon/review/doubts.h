// SPDX-License-Identifier: Apache-2.0
// What a review looks for, one function an idea. Each adds its findings, in no order that matters.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/review/review.h"

namespace usher::review {

using Findings = std::vector<Finding>;

/// Rules that one earlier rule leaves nothing for. Certain where it says so; silent about what two
/// earlier rules do together.
void find_unreachable(const config::Reading& reading, Findings& findings);

/// Rules that let nobody in, though they don't say `deny`.
void find_dead(const config::Reading& reading, Findings& findings);

/// `from` and `not_from` in rules all of whose services have no remote host.
void find_sourceless(const config::Reading& reading, Findings& findings);

/// `reuse` in rules by which nobody asks who stands in a session.
void find_useless_reuse(const config::Reading& reading, Findings& findings);

/// Users and groups, of rules and sets, that this machine doesn't know.
void find_missing_accounts(const config::Reading& reading, const Machine& machine,
                           Findings& findings);

/// Services that are here and have no rule, and the other way round.
void compare_services(const config::Reading& reading, const Machine& machine, Findings& findings);

/// Settings of sshd under which its rules don't do what they say.
void compare_sshd(const config::Reading& reading, const Machine& machine, Findings& findings);

/// A finding with texts made printable.
[[nodiscard]] Finding finding_at(Severity severity, const config::Place& place,
                                 std::string_view message, std::string_view hint = {});

/// "rule `NAME` (FILE:LINE)".
[[nodiscard]] std::string rule_text(const Rule& rule);

/// Where the key of a rule stands; the rule itself where it has no such key.
[[nodiscard]] const config::Place& key_place(const config::WrittenRule& rule, std::string_view key);

/// Whether all that `inner` stands for is in `outer` too.
[[nodiscard]] bool covers(const Origin& outer, const Origin& inner);

/// Whether nothing is in both.
[[nodiscard]] bool disjoint(const Origin& left, const Origin& right);

/// Whether each of `inner` is covered by one of `outer`.
[[nodiscard]] bool all_covered(const std::vector<Origin>& inner, const std::vector<Origin>& outer);

}  // namespace usher::review
