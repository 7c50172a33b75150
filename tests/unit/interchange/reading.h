// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/interchange/import.h"

namespace usher::testing {

using interchange::Format;
using interchange::Import;
using interchange::ImportedCode;

// 20 bytes, and what they are in the two encodings.
constexpr std::string_view kSeed = "12345678901234567890";
constexpr std::string_view kSeedInBase32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
constexpr std::string_view kSeedInHex = "3132333435363738393031323334353637383930";

/// A file as a real program wrote it (samples/README).
inline std::string sample(const std::string& name) {
  std::ifstream in(std::string(USHER_SAMPLES "/") + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline Import read(std::string_view content, Format format) {
  Import import;
  interchange::read_codes(content, "file", format, import);
  return import;
}

/// What was found, as "line:column severity: message".
inline std::vector<std::string> findings_of(const Import& import) {
  std::vector<std::string> texts;
  for (const Finding& finding : import.findings)
    texts.push_back(std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column) +
                    " " + std::string(name_of(finding.severity)) + ": " + finding.message);
  return texts;
}

/// The one code that a file without anything wrong holds.
inline const ImportedCode& only_code(const Import& import) {
  EXPECT_THAT(findings_of(import), ::testing::IsEmpty());
  EXPECT_EQ(import.codes.size(), 1U);
  static const ImportedCode kNone;
  return import.codes.empty() ? kNone : import.codes.front();
}

/// Why a file of one entry was not taken: the only finding, or all of them where there are others.
inline std::string refusal_of(const Import& import) {
  EXPECT_TRUE(import.codes.empty());
  const auto findings = findings_of(import);
  return findings.size() == 1 ? findings.front() : ::testing::PrintToString(findings);
}

}  // namespace usher::testing
