// SPDX-License-Identifier: Apache-2.0
// Each doubtful/NAME.toml is right by the letter; doubtful/NAME.expected is what is said of it all
// the same. A name that starts with "machine-" is of one that is looked at on the machine in
// machine/. USHER_REWRITE_EXPECTED=1 in the environment writes the latter anew, for reading in a
// diff.
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/review/review.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/golden_file.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

namespace fs = std::filesystem;

const fs::path kHere = fs::path(USHER_SOURCE_DIR) / "tests/unit/review";

std::vector<Finding> reviewed(const config::Reading& reading, bool on_machine) {
  if (!on_machine) return review_rules(reading);
  testing::FakeHost host;
  host.add_user("ada", 1000, {{.name = "sudo", .gid = 27}});
  host.add_spelling("Ada", "ada");
  const fs::path root = kHere / "machine";
  return review_rules(reading, {.host = host,
                                .pam_directories = {root / "etc/pam.d", root / "usr/lib/pam.d"},
                                .sshd_config = root / "etc/ssh/sshd_config"});
}

/// Paths as they would be on that machine.
std::string without_root(std::string text) {
  const std::string root = (kHere / "machine").string();
  for (std::size_t at = 0; (at = text.find(root, at)) != std::string::npos;)
    text.erase(at, root.size());
  return text;
}

std::string rendered_doubts(const fs::path& file) {
  const bool on_machine = file.filename().string().starts_with("machine-");
  const auto findings = reviewed(testing::reading_of(testing::content_of(file)), on_machine);
  return without_root(render_all(findings));
}

class DoubtfulFile : public ::testing::TestWithParam<fs::path> {};

TEST_P(DoubtfulFile, IsToldSoThatANewcomerCanMendIt) {
  testing::expect_told(rendered_doubts(GetParam()), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Review, DoubtfulFile,
                         ::testing::ValuesIn(testing::toml_files_in(kHere / "doubtful")),
                         testing::test_name_of);

}  // namespace
}  // namespace usher::review
