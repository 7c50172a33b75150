// SPDX-License-Identifier: Apache-2.0
// However a remote host is spelled, it never opens what its plain address would not.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/policy/rule_index.h"
#include "tests/unit/policy/rules_for_test.h"

namespace usher {
namespace {

using testing::origins;
using testing::rule_named;
using testing::rule_set;

/// A door for the network, or for all but it; whoever else is turned away below it.
RuleSet door(bool from, const std::string& network) {
  Rule open = rule_named("door");
  (from ? open.from : open.not_from) = origins({network});
  return rule_set({open, {.name = "else", .deny = true}});
}

bool opens(const RuleSet& rules, const std::string& rhost) {
  const Facts facts{.service = "sshd", .source = Source::of(rhost), .tty = "ssh", .now = 0};
  const Decision decision = judge(rules, facts);
  const RuleIndex index(rules);
  EXPECT_EQ(judge(index, facts).kind, decision.kind) << rhost;
  EXPECT_EQ(judge(index, facts).reason, decision.reason) << rhost;
  return decision.kind != Decision::Kind::denied;
}

/// What is no plain address of 10.1.2.3, though some programs read it as one.
const std::vector<std::string> kOdd = {"10.1.2.03",
                                       "010.1.2.3",
                                       "0x0a.1.2.3",
                                       "0x0a010203",
                                       "167838211",
                                       "10.1.515",
                                       "10.66051",
                                       "10.1.2",
                                       "10.1.2.3.",
                                       ".10.1.2.3",
                                       "10.1.2.3.4",
                                       "10.1.2.256",
                                       "10.1.2.-3",
                                       "10.1.2.3/32",
                                       "10.1.2.3:22",
                                       "[10.1.2.3]",
                                       "[::ffff:10.1.2.3]",
                                       "10.1.2.3%eth0",
                                       "::ffff:10.1.2.3%1",
                                       "fe80::1%eth0",
                                       " 10.1.2.3",
                                       "10.1.2.3 ",
                                       "10.1.2.3\n",
                                       "10,1,2,3",
                                       "10.1..3",
                                       "::ffff:10.1.2.03",
                                       "::ffff:0x0a.1.2.3",
                                       ":::",
                                       "1::2::3",
                                       "::fffff",
                                       "host.example",
                                       "localhost",
                                       "local",
                                       "10.1.2.3.in-addr.arpa",
                                       "ip6-localhost",
                                       "*",
                                       "-",
                                       "?",
                                       "unknown",
                                       "UNKNOWN",
                                       "1\u0660.1.2.3"};

TEST(Spellings, WhatIsNoAddressOpensNeitherFromNorNotFrom) {
  for (const char* network :
       {"10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0", "local", "192.0.2.0/24"})
    for (const bool from : {true, false})
      for (const std::string& rhost : kOdd)
        EXPECT_FALSE(opens(door(from, network), rhost)) << network << " " << from << " " << rhost;
  const std::string with_nul("10.1.2.3\0x", 10);
  EXPECT_FALSE(opens(door(true, "10.0.0.0/8"), with_nul));
  EXPECT_FALSE(opens(door(false, "192.0.2.0/24"), with_nul));
}

TEST(Spellings, AMappedAddressIsTheIPv4Address) {
  for (const char* rhost :
       {"10.1.2.3", "::ffff:10.1.2.3", "::FFFF:10.1.2.3", "::ffff:a01:203", "::ffff:0a01:0203",
        "0:0:0:0:0:ffff:a01:203", "0000:0000:0000:0000:0000:FFFF:0A01:0203"}) {
    EXPECT_TRUE(opens(door(true, "10.0.0.0/8"), rhost)) << rhost;
    EXPECT_TRUE(opens(door(true, "::ffff:10.1.2.3"), rhost)) << rhost;
    EXPECT_FALSE(opens(door(false, "10.0.0.0/8"), rhost)) << rhost;
    EXPECT_FALSE(opens(door(true, "::/0"), rhost)) << "no IPv6 network holds it: " << rhost;
  }
}

TEST(Spellings, AnAddressThatOnlyHasItsBytesIsAnother) {
  for (const char* rhost :
       {"::10.1.2.3", "64:ff9b::10.1.2.3", "2002:a01:203::", "::ffff:0:10.1.2.3", "a01:203::"})
    EXPECT_FALSE(opens(door(true, "10.0.0.0/8"), rhost)) << rhost;
}

TEST(Spellings, NoRemoteHostIsLocalAndNoAddress) {
  EXPECT_TRUE(opens(door(true, "local"), ""));
  EXPECT_FALSE(opens(door(false, "local"), ""));
  for (const char* everywhere : {"0.0.0.0/0", "::/0", "127.0.0.0/8", "::1"})
    EXPECT_FALSE(opens(door(true, everywhere), "")) << everywhere;
  for (const char* loopback : {"127.0.0.1", "::1", "0.0.0.0", "::"})
    EXPECT_FALSE(opens(door(true, "local"), loopback)) << loopback;
}

}  // namespace
}  // namespace usher
