// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/lookup_secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/made_secret.h"
#include "tests/fakes/memory_store.h"

namespace usher {
namespace {

using testing::FakeClock;
using testing::MemoryStore;
using testing::secret;

class LookupSecretTest : public ::testing::Test {
 protected:
  /// The texts of `count` fresh ones that alice has from now on.
  std::vector<std::string> give(LookupKind kind, std::size_t count, LookupSecret alike = {}) {
    alike.kind = kind;
    if (alike.uses_left == 0) alike.uses_left = 1;
    const auto made = new_lookup_secrets(kind, "alice", count);
    EXPECT_TRUE(made);
    std::vector<std::string> texts;
    AddLookupSecrets added{.user = "alice", .hashes = {}, .alike = alike};
    for (const NewLookupSecret& each : *made) {
      texts.emplace_back(each.text.expose());
      added.hashes.push_back(each.hash);
    }
    std::vector<Effect> effects;
    effects.emplace_back(std::move(added));
    EXPECT_EQ(store.commit(effects), CommitOutcome::committed);
    return texts;
  }
  FactorCheck check(LookupKind kind, std::string_view text, std::string_view user = "alice",
                    std::string_view service = "sshd") {
    auto checked = check_lookup_secret(kind, user, service, secret(text), store, clock);
    EXPECT_TRUE(checked);
    return checked ? *std::move(checked) : FactorCheck{};
  }

  MemoryStore store;
  FakeClock clock;
};

TEST_F(LookupSecretTest, HasTheFormThatIsPromised) {
  const auto texts = give(LookupKind::recovery, 50);
  EXPECT_EQ(std::set(texts.begin(), texts.end()).size(), 50U);
  for (const std::string& text : texts) {
    EXPECT_EQ(text.size(), 29U);
    EXPECT_EQ(std::ranges::count(text, '-'), 5);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz-"), std::string::npos);
  }
}

TEST_F(LookupSecretTest, HoldsOnceAndForItsOwner) {
  const auto texts = give(LookupKind::recovery, 2);
  EXPECT_FALSE(check(LookupKind::recovery, texts[0], "bob").held());
  const FactorCheck held = check(LookupKind::recovery, texts[0]);
  ASSERT_TRUE(held.held());
  EXPECT_EQ(held.reason, "recovery code, 1 left");
  ASSERT_EQ(store.commit(held.effects), CommitOutcome::committed);
  EXPECT_EQ(store.commit(held.effects), CommitOutcome::conflict);
  const FactorCheck again = check(LookupKind::recovery, texts[0]);
  EXPECT_FALSE(again.held());
  EXPECT_EQ(again.reason, "recovery code already used");
  EXPECT_TRUE(check(LookupKind::recovery, texts[1]).held());
  EXPECT_EQ(recovery_codes_left("alice", store), 1U);
}

TEST_F(LookupSecretTest, CaseSpacesAndLookAlikesDoNotCount) {
  const auto made = new_lookup_secrets(LookupKind::recovery, "alice", 1);
  ASSERT_TRUE(made);
  const std::string text(made->front().text.expose());
  std::string other;
  for (const char c : text) {
    if (c == '-') continue;
    other += c == '0' ? 'O' : c == '1' ? 'l' : static_cast<char>(std::toupper(c));
    other += ' ';
  }
  EXPECT_EQ(hash_of_typed(LookupKind::recovery, "alice", secret(other)), made->front().hash);
}

TEST_F(LookupSecretTest, WhatHasNotTheFormIsNone) {
  for (const std::string_view text :
       {"", "123456", "k7mq-2v9d-k7mq-2v9d-k7mq-2v9", "k7mq-2v9d-k7mq-2v9d-k7mq-2v9d9",
        "k7mq-2v9d-k7mq-2v9d-k7mq-2v9u", "k7mq_2v9d_k7mq_2v9d_k7mq_2v9d"})
    EXPECT_FALSE(hash_of_typed(LookupKind::recovery, "alice", secret(text))) << text;
  EXPECT_FALSE(hash_of_typed(LookupKind::recovery, "alice",
                             secret(std::string_view("k7mq-2v9d-k7mq-2v9d-k7mq-2v9\0", 29))));
}

TEST_F(LookupSecretTest, AKindIsNoOther) {
  const auto text = give(LookupKind::bypass, 1).front();
  EXPECT_TRUE(check(LookupKind::bypass, text).held());
  EXPECT_FALSE(check(LookupKind::recovery, text).held());
  EXPECT_FALSE(check(LookupKind::breakglass, text).held());
}

TEST_F(LookupSecretTest, ABypassIsForItsServices) {
  const auto text = give(LookupKind::bypass, 1, {.services = {"sshd", "sudo"}}).front();
  EXPECT_TRUE(check(LookupKind::bypass, text, "alice", "sudo").held());
  const FactorCheck elsewhere = check(LookupKind::bypass, text, "alice", "login");
  EXPECT_FALSE(elsewhere.held());
  EXPECT_EQ(elsewhere.reason, "bypass not for this service");
}

TEST_F(LookupSecretTest, ExpiresToTheSecond) {
  const std::int64_t now = clock.wall_microseconds() / kMicrosecondsPerSecond;
  const auto text = give(LookupKind::bypass, 1, {.expires = now + 60, .uses_left = 3}).front();
  EXPECT_TRUE(check(LookupKind::bypass, text).held());
  clock.set_wall_seconds(now + 59);
  EXPECT_TRUE(check(LookupKind::bypass, text).held());
  clock.set_wall_seconds(now + 60);
  EXPECT_EQ(check(LookupKind::bypass, text).reason, "bypass expired");
}

TEST_F(LookupSecretTest, AStoreThatCanNotBeReadIsAnError) {
  const auto text = give(LookupKind::recovery, 1).front();
  store.fail_reads(true);
  EXPECT_FALSE(
      check_lookup_secret(LookupKind::recovery, "alice", "sshd", secret(text), store, clock));
  EXPECT_FALSE(recovery_codes_left("alice", store));
}

}  // namespace
}  // namespace usher
