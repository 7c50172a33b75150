// SPDX-License-Identifier: Apache-2.0
// Rules that look like what is warned of, and are right.
#include <gtest/gtest.h>

#include "daemon/review/review.h"
#include "tests/unit/review/reading.h"

namespace usher::review {
namespace {

void expect_sound(const std::string& keys) {
  testing::expect_no_doubt("[[rule]]\nname = \"rule\"\n" + keys);
}

TEST(SoundRules, AKeyCanBeProvenToSshd) {
  expect_sound("service = ['sshd']\nrequire = ['publickey']\n");
  expect_sound("service = ['sudo', 'sshd']\nrequire = ['publickey']\n");
  expect_sound("require = ['publickey']\n");
  expect_sound("service = ['sudo']\nrequire = ['publickey|password']\n");
}

TEST(SoundRules, SettingsSayWhoVerifiesKeys) {
  auto reading = testing::reading_of(
      "[[rule]]\nname = 'a'\nservice = ['dropbear']\nrequire = ['publickey']\n");
  EXPECT_EQ(review_rules(reading).size(), 1U);
  reading.configuration.rules.services.self_verifying = {"dropbear"};
  EXPECT_TRUE(review_rules(reading).empty());
}

TEST(SoundRules, NotFromMayTakeAPartOut) {
  expect_sound("from = ['10.0.0.0/8']\nnot_from = ['10.1.0.0/16']\nrequire = ['otp']\n");
  expect_sound("from = ['10.0.0.0/8', 'local']\nnot_from = ['local']\nrequire = ['otp']\n");
}

TEST(SoundRules, PlacesMatterWhereOneServiceHasThem) {
  expect_sound("service = ['sudo', 'sshd']\nfrom = ['10.0.0.0/8']\nrequire = ['otp']\n");
  expect_sound("service = ['my-own']\nfrom = ['10.0.0.0/8']\nrequire = ['otp']\n");
  expect_sound("from = ['10.0.0.0/8']\nrequire = ['otp']\n");
  expect_sound("service = ['sudo']\nfrom = ['local', '10.0.0.0/8']\nrequire = ['otp']\n");
}

TEST(SoundRules, WhatASessionHoldsMayCountWhereOneServiceIsAskedInsideOfIt) {
  const std::string otp = "require = ['otp']\nreuse = { otp = '8h' }\n";
  expect_sound(otp);
  expect_sound("service = ['sudo', 'su', 'polkit-1']\n" + otp);
  expect_sound("service = ['sshd', 'sudo']\n" + otp);
  expect_sound("from = ['10.0.0.0/8', 'local']\n" + otp);
  expect_sound("not_from = ['10.0.0.0/8']\n" + otp);
}

TEST(SoundRules, SettingsSayWhatStandsInNoSession) {
  auto reading = testing::reading_of(
      "[[rule]]\nname = 'a'\nservice = ['dropbear']\nrequire = ['otp']\nreuse = { otp = '8h' }\n");
  ServiceTraits& services = reading.configuration.rules.services;
  EXPECT_EQ(review_rules(reading).size(), 1U);
  services.started_inside.emplace_back("dropbear");
  EXPECT_TRUE(review_rules(reading).empty());
  for (auto* list : {&services.self_verifying, &services.screen_lockers, &services.not_logins}) {
    services = {};
    list->emplace_back("dropbear");
    EXPECT_EQ(review_rules(reading).size(), 1U);
  }
}

}  // namespace
}  // namespace usher::review
