// SPDX-License-Identifier: Apache-2.0
#include "ctl/import_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fakes/fake_host.h"
#include "tests/fakes/memory_store.h"

namespace usher::testing {
namespace {

using ctl::addition_of;
using ctl::drop_strangers;
using ctl::drop_unfit;
using ctl::settle_owners;
using interchange::Import;
using interchange::ImportedCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kNow = 1'800'000'000;  // seconds since 1970

Secret seed_of(std::string_view text) {
  Secret seed;
  EXPECT_TRUE(seed.assign(text));
  return seed;
}

/// A code as a file has it: a seed of its own for each label, if not told otherwise.
ImportedCode code_of(std::string user, std::string label, std::string seed = {}) {
  if (seed.empty()) seed = "the seed of " + label;
  return {.user = std::move(user),
          .label = std::move(label),
          .seed = seed_of(seed),
          .at = {.file = "file", .line = 1, .column = 1}};
}

class ImportPlan : public ::testing::Test {
 protected:
  ImportPlan() {
    host.add_user("ada", 1000);
    host.add_user("eve", 1001);
    host.add_spelling("ADA", "ada");
  }
  /// What the codes of `import` are, by now.
  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> all;
    for (const ImportedCode& code : import.codes) all.push_back(code.user + " " + code.label);
    return all;
  }
  [[nodiscard]] std::vector<std::string> messages() const {
    std::vector<std::string> all;
    for (const Finding& finding : import.findings) {
      EXPECT_EQ(finding.severity, Severity::mistake);
      EXPECT_FALSE(finding.hint.empty());
      all.push_back(finding.message);
    }
    return all;
  }
  void enrol(const std::string& user, const std::string& label, const std::string& seed) {
    std::vector<Effect> effects;
    effects.emplace_back(
        AddOtp{.user = user, .label = label, .parameters = {}, .seed = seed_of(seed)});
    ASSERT_EQ(store.commit(effects), CommitOutcome::committed);
  }

  FakeHost host;
  MemoryStore store;
  Import import;
};

// Somebody could put a secret of their own beside any name.
TEST_F(ImportPlan, FileOfSomebodysIsBelievedOfThemAlone) {
  for (const char* user : {"ada", "eve", "", "nobody-here"})
    import.codes.push_back(code_of(user, "phone"));
  drop_strangers(import, 0, 1000, {}, host);
  EXPECT_THAT(codes(), ElementsAre("ada phone", " phone"));
  EXPECT_THAT(messages(), ElementsAre("this is about `eve`, and the file is somebody else's",
                                      "there is no account `nobody-here` on this machine"));
}

TEST_F(ImportPlan, AccountsInSomebodysFileAreTheirWordToo) {
  import.codes.push_back(code_of("", "phone"));
  import.codes.back().account = "eve";
  drop_strangers(import, 0, 1000, {.by_account = true}, host);
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(ImportPlan, CommandLineIsBelievedBesideSomebodysFile) {
  import.codes.push_back(code_of("eve", "phone"));
  drop_strangers(import, 0, 1000, {.user = "eve"}, host);
  EXPECT_THAT(codes(), ElementsAre("eve phone"));
}

TEST_F(ImportPlan, WhatEarlierFilesSaidStands) {
  import.codes.push_back(code_of("eve", "phone"));
  import.codes.push_back(code_of("eve", "other"));
  drop_strangers(import, 1, 1000, {}, host);
  EXPECT_THAT(codes(), ElementsAre("eve phone"));
}

TEST_F(ImportPlan, OwnersAreSpelledAsTheMachineDoes) {
  import.codes.push_back(code_of("ADA", "phone"));
  settle_owners(import, {}, host);
  EXPECT_THAT(codes(), ElementsAre("ada phone"));
}

TEST_F(ImportPlan, WhatNothingSaysTheOwnerOfIsTakenOut) {
  import.codes.push_back(code_of("", "phone"));
  import.codes.back().account = "ada";
  settle_owners(import, {}, host);
  EXPECT_THAT(codes(), IsEmpty());
  EXPECT_THAT(messages(), ElementsAre("nothing says whose code on this machine this is"));
}

TEST_F(ImportPlan, CommandLineSaysTheOwnerOfWhatHasNone) {
  import.codes.push_back(code_of("", "phone"));
  import.codes.back().account = "eve";
  settle_owners(import, {.user = "ada", .by_account = true}, host);
  EXPECT_THAT(codes(), ElementsAre("ada phone"));
}

TEST_F(ImportPlan, CommandLineChoosesOnePersonOfAFileOfMany) {
  import.codes.push_back(code_of("ada", "phone"));
  import.codes.push_back(code_of("eve", "phone"));
  import.codes.push_back(code_of("nobody-here", "phone"));
  settle_owners(import, {.user = "eve"}, host);
  EXPECT_THAT(codes(), ElementsAre("eve phone"));
  EXPECT_THAT(messages(), IsEmpty());
}

TEST_F(ImportPlan, AccountsAreOwnersWhereThatIsSaid) {
  import.codes.push_back(code_of("", "phone"));
  import.codes.back().account = "eve";
  import.codes.push_back(code_of("", "other"));
  settle_owners(import, {.by_account = true}, host);
  EXPECT_THAT(codes(), ElementsAre("eve phone"));
  EXPECT_THAT(messages(), ElementsAre("nothing says whose code on this machine this is"));
}

TEST_F(ImportPlan, PeopleWithoutAnAccountAreTakenOut) {
  import.codes.push_back(code_of("carol", "phone"));
  import.codes.push_back(code_of("ada", "phone"));
  settle_owners(import, {}, host);
  EXPECT_THAT(codes(), ElementsAre("ada phone"));
  EXPECT_THAT(messages(), ElementsAre("there is no account `carol` on this machine"));
}

TEST_F(ImportPlan, NameThatMayBeASecretIsNotTold) {
  import.codes.push_back(code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY", "phone"));
  settle_owners(import, {}, host);
  EXPECT_THAT(messages(),
              ElementsAre("there is no account of the name that stands there on this machine"));
}

TEST_F(ImportPlan, FailedLookUpIsNotTakenForNoAccount) {
  host.fail_lookups(true);
  import.codes.push_back(code_of("ada", "phone"));
  settle_owners(import, {}, host);
  EXPECT_THAT(codes(), IsEmpty());
  EXPECT_THAT(messages(),
              ElementsAre(HasSubstr("could not be looked up: the fake name service is down")));
}

TEST_F(ImportPlan, CodeWithoutALabelGetsOne) {
  import.codes.push_back(code_of("ada", "", "a seed of 16 byte"));
  settle_owners(import, {}, host);
  EXPECT_THAT(codes(), ElementsAre("ada imported"));
}

TEST_F(ImportPlan, LabelThatIsTakenIsTakenOut) {
  enrol("ada", "phone", "another seed");
  import.codes.push_back(code_of("ada", "phone"));
  import.codes.push_back(code_of("eve", "phone"));
  ASSERT_TRUE(drop_unfit(import, store, kNow));
  EXPECT_THAT(codes(), ElementsAre("eve phone"));
  EXPECT_THAT(messages(), ElementsAre("ada has a code named `phone` already"));
}

// Under two labels each of its codes would be good twice.
TEST_F(ImportPlan, SeedThatThePersonHasIsTakenOutUnderAnyLabel) {
  enrol("ada", "phone", "the seed");
  import.codes.push_back(code_of("ada", "other", "the seed"));
  import.codes.push_back(code_of("eve", "other", "the seed"));
  ASSERT_TRUE(drop_unfit(import, store, kNow));
  EXPECT_THAT(codes(), ElementsAre("eve other"));
  EXPECT_THAT(messages(), ElementsAre("ada has this secret already, as `phone`"));
}

TEST_F(ImportPlan, NobodyGetsMoreThanEightCodes) {
  for (int i = 0; i < 6; ++i) enrol("ada", std::to_string(i), "seed " + std::to_string(i));
  for (const char* label : {"one", "two", "three"}) import.codes.push_back(code_of("ada", label));
  ASSERT_TRUE(drop_unfit(import, store, kNow));
  EXPECT_THAT(codes(), ElementsAre("ada one", "ada two"));
  EXPECT_THAT(messages(), ElementsAre("ada would have more than 8 codes"));
}

TEST_F(ImportPlan, StepsFarAheadAreOfADamagedFile) {
  const auto spent_until = [&](std::int64_t seconds, OtpKind kind) {
    ImportedCode code = code_of("ada", "phone");
    code.parameters.kind = kind;
    code.parameters.period = 60;
    code.last_step = static_cast<std::uint64_t>(seconds) / 60;
    import = {};
    import.codes.push_back(std::move(code));
    EXPECT_TRUE(drop_unfit(import, store, kNow));
    return import.codes.size();
  };
  constexpr std::int64_t kDay = std::int64_t{24} * 3600;
  EXPECT_EQ(spent_until(kNow + kDay, OtpKind::totp), 1U);
  EXPECT_EQ(spent_until(kNow + kDay + 60, OtpKind::totp), 0U);
  EXPECT_THAT(messages(), ElementsAre("its codes are spent for more than a day to come"));
  EXPECT_EQ(spent_until(kNow + kDay + 60, OtpKind::hotp), 1U);
}

TEST_F(ImportPlan, StoreThatCantBeReadIsAnError) {
  store.fail_reads(true);
  import.codes.push_back(code_of("ada", "phone"));
  EXPECT_FALSE(drop_unfit(import, store, kNow));
}

TEST_F(ImportPlan, AdditionIsTheCode) {
  ImportedCode code = code_of("ada", "phone", "a seed of 16 bytes");
  code.parameters = {.algorithm = OtpAlgorithm::sha512, .digits = 8, .period = 60};
  code.last_step = 7;
  const AddOtp addition = addition_of(code);
  EXPECT_EQ(addition.user, "ada");
  EXPECT_EQ(addition.label, "phone");
  EXPECT_EQ(addition.parameters, code.parameters);
  EXPECT_EQ(addition.seed.expose(), "a seed of 16 bytes");
  EXPECT_EQ(addition.last_step, 7U);
  EXPECT_TRUE(code.seed.empty());
}

}  // namespace
}  // namespace usher::testing
