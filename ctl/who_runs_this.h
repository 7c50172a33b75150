// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace usher::ctl {

/// The account of the person who runs usherctl, behind sudo too; "root" where there is none. Their
/// word: good for records, and for nothing that is decided.
[[nodiscard]] std::string who_runs_this();

}  // namespace usher::ctl
