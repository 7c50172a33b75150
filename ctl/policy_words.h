// SPDX-License-Identifier: Apache-2.0
// What `usherctl policy` says of decisions and rules, in few words and in JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/output.h"
#include "ctl/table.h"
#include "daemon/model/decision.h"
#include "daemon/model/rule.h"

namespace usher::ctl {

/// "file:line"; empty for no rule.
[[nodiscard]] std::string place_of_rule(const Rule* rule);
/// `rule "name"`, or "no rule".
[[nodiscard]] std::string named_rule(std::string_view name);
/// "password|publickey and otp".
[[nodiscard]] std::string requirement_words(const std::vector<Requirement>& requirements);
/// Whether they want the same, in whatever order requirements and the factors within one stand.
[[nodiscard]] bool same_in_any_order(const std::vector<Requirement>& some,
                                     const std::vector<Requirement>& others);
/// "ask password|publickey and otp", "denied", "observed: ask otp".
[[nodiscard]] std::string outcome_words(Decision::Kind kind, Decision::Kind would,
                                        const std::vector<Requirement>& missing);
/// "alice through sshd, from 192.0.2.7"; an empty `from` is local.
[[nodiscard]] std::string request_words(std::string_view user, std::string_view service,
                                        std::string_view from);

/// ["password|publickey", "otp"].
[[nodiscard]] Json spellings_of(const std::vector<Requirement>& requirements);
/// A decision's members: decision, would (of an observed one), missing, rule, at, reason.
[[nodiscard]] Json json_of(const Decision& decision);

/// Each rule that was looked at: whether it matches, its name, its place, why.
[[nodiscard]] Table table_of(const std::vector<RuleTrace>& traces);
[[nodiscard]] Json json_of(const std::vector<RuleTrace>& traces);

}  // namespace usher::ctl
