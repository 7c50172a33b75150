// SPDX-License-Identifier: Apache-2.0
// Each doubtful/NAME.toml is right by the letter; doubtful/NAME.expected is what is said of it all
// the same. A name that starts with "machine-" is of one that is looked at on the machine in
// machine/. USHER_REWRITE_EXPECTED=1 in the environment writes the latter anew, for reading in a
// diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/review/review.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

namespace fs = std::filesystem;

const fs::path kHere = fs::path(USHER_SOURCE_DIR) / "tests/unit/review";

std::string content_of(const fs::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

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
  const auto findings = reviewed(testing::reading_of(content_of(file)), on_machine);
  return without_root(render_all(findings));
}

std::vector<fs::path> doubtful_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kHere / "doubtful"))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

class DoubtfulFile : public ::testing::TestWithParam<fs::path> {};

TEST_P(DoubtfulFile, IsToldSoThatANewcomerCanMendIt) {
  const std::string told = rendered_doubts(GetParam());
  fs::path expected = GetParam();
  expected.replace_extension(".expected");
  if (std::getenv("USHER_REWRITE_EXPECTED") != nullptr)
    std::ofstream(expected, std::ios::binary) << told;
  EXPECT_FALSE(told.empty());
  EXPECT_EQ(told, content_of(expected));
}

INSTANTIATE_TEST_SUITE_P(Review, DoubtfulFile, ::testing::ValuesIn(doubtful_files()),
                         [](const auto& file) {
                           std::string name = file.param.stem().string();
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace usher::review
