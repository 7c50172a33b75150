// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/version.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace usher::config {
namespace {

std::vector<RuleFile> files(const std::vector<std::pair<std::string, std::string>>& named_texts) {
  std::vector<RuleFile> all;
  for (const auto& [name, text] : named_texts)
    all.push_back({.path = "/etc/usher/rules.d/" + name, .name = name, .text = text});
  return all;
}

const RuleSet kSshd;

RuleSet with(ServiceTraits services) { return {.services = std::move(services)}; }

TEST(VersionOf, TellsApartFilesThatReadAlikeInARow) {
  EXPECT_NE(version_of(files({{"10-a.toml", ""}, {"20-b.toml", "x20-b.tomly"}}), kSshd),
            version_of(files({{"10-a.toml", "20-b.tomlx"}, {"20-b.toml", "y"}}), kSshd));
}

TEST(VersionOf, TellsApartServicesThatReadAlikeInARow) {
  EXPECT_NE(version_of({}, with({.self_verifying = {"ab"}})),
            version_of({}, with({.self_verifying = {"a", "b"}})));
  EXPECT_NE(version_of({}, with({.screen_lockers = {"a", "b"}, .one_field = {}})),
            version_of({}, with({.screen_lockers = {"a"}, .one_field = {"b"}})));
  EXPECT_NE(version_of({}, with({.one_field = {}, .not_logins = {"a"}})),
            version_of({}, with({.one_field = {"a"}, .not_logins = {}})));
}

TEST(VersionOf, TellsApartAdministrators) {
  const RuleSet one{.admins = {.users = {"ada"}, .groups = {}}};
  const RuleSet other{.admins = {.users = {}, .groups = {"ada"}}};
  EXPECT_NE(version_of({}, one), version_of({}, other));
  EXPECT_NE(version_of({}, one), version_of({}, kSshd));
}

TEST(VersionOf, DoesNotDependOnTheDirectory) {
  auto elsewhere = files({{"10-a.toml", "text"}});
  elsewhere[0].path = "/tmp/10-a.toml";
  EXPECT_EQ(version_of(elsewhere, kSshd), version_of(files({{"10-a.toml", "text"}}), kSshd));
}

}  // namespace
}  // namespace usher::config
