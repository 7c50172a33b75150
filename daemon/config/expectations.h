// SPDX-License-Identifier: Apache-2.0
// What rules are expected to make of requests, written beside them: NN-name.test.toml.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/document.h"
#include "daemon/model/decision.h"
#include "daemon/model/person.h"
#include "daemon/model/proof.h"
#include "daemon/model/rule.h"

namespace usher {

/// One [[expect]]: what is to come of each request that one of its users makes through one of its
/// services from one of its places.
struct Expectation {
  SourcePosition at;
  std::string name;
  // Never empty.
  std::vector<std::string> users;
  std::vector<std::string> services;
  std::vector<std::string> from;  // addresses; an empty one: local
  std::optional<std::string> tty;
  std::optional<std::int64_t> now;  // seconds since 1970
  std::string now_spelling;         // as the file has it
  std::vector<Proof> proven;        // before, and what the session holds that the request stands in

  Decision::Kind decision = Decision::Kind::denied;
  // What is not wanted is not looked at.
  std::optional<Decision::Kind> would;
  std::optional<std::vector<Requirement>> missing;
  std::optional<std::string> rule;  // empty: none matches
};

struct ExpectationFile {
  std::vector<Person> people;  // made up: neither user id nor group ids
  std::vector<Expectation> expectations;
};

/// Reads the *.test.toml files of the rule directories, or just `files` where there are any. Files
/// are refused as those of the configuration are; either everything is right, or every finding is
/// reported. Blocks on the file system; may be called from any thread.
[[nodiscard]] std::expected<std::vector<ExpectationFile>, std::vector<Finding>> load_expectations(
    std::span<const std::string> directories, std::span<const std::filesystem::path> files = {});

namespace config {

/// The expectations of one file. What is wrong is reported; they are then of no use.
[[nodiscard]] ExpectationFile read_expectations(Document& document);

}  // namespace config
}  // namespace usher
