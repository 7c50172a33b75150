// SPDX-License-Identifier: Apache-2.0
// The keys of [[person]] and [[expect]], one by one; expectations.cpp puts them together.
#pragma once

#include <string_view>

#include "daemon/config/document.h"
#include "daemon/config/expectations.h"

namespace usher::config {

/// Read what `table` has into the section. What is wrong is reported, as are keys that nobody knows
/// and the lack of one that is needed.
void read_person_keys(Document& document, const toml::table& table, Person& person);
void read_expect_keys(Document& document, const toml::table& table, Expectation& expectation);

/// Whether one of the two has such a key.
[[nodiscard]] bool is_key_of_expectations(std::string_view name);

}  // namespace usher::config
