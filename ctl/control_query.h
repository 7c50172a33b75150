// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "ctl/command.h"
#include "ctl/complaint.h"
#include "ctl/output.h"

namespace usher::ctl {

/// Asks usherd for `method` of org.usher.control and lets `show` print the reply. What goes wrong
/// is complained about, a reply that lacks what `show` looks for included.
[[nodiscard]] ExitCode ask_control(const Globals& globals, std::string_view method,
                                   const Json& parameters,
                                   const std::function<ExitCode(const Json& reply)>& show);

/// The same for whoever goes on after a failure: what is to be said of it is returned, not said.
[[nodiscard]] std::expected<void, Complaint> try_control(
    const Globals& globals, std::string_view method, const Json& parameters,
    const std::function<void(const Json& reply)>& use);

}  // namespace usher::ctl
