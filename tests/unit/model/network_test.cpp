// SPDX-License-Identifier: Apache-2.0
#include "daemon/model/network.h"

#include <gtest/gtest.h>

namespace usher {
namespace {

bool holds(std::string_view network, std::string_view address) {
  const auto parsed_network = parse_network(network);
  const auto parsed_address = parse_address(address);
  EXPECT_TRUE(parsed_network) << network;
  EXPECT_TRUE(parsed_address) << address;
  return parsed_network && parsed_address && parsed_network->contains(*parsed_address);
}

TEST(Address, TheMappedSpellingOfAnIpv4AddressIsThatAddress) {
  EXPECT_EQ(parse_address("::ffff:192.0.2.1"), parse_address("192.0.2.1"));
  EXPECT_EQ(parse_address("::ffff:c000:201"), parse_address("192.0.2.1"));
  EXPECT_EQ(parse_address("::FFFF:192.0.2.1"), parse_address("192.0.2.1"));
  EXPECT_NE(parse_address("::192.0.2.1"), parse_address("192.0.2.1"));
}

TEST(Address, EverySpellingOfAnIpv6AddressIsTheSame) {
  EXPECT_EQ(parse_address("2001:DB8:0:0:0:0:0:1"), parse_address("2001:db8::1"));
  EXPECT_EQ(parse_address("2001:0db8::0001"), parse_address("2001:db8::1"));
}

TEST(Address, OnlyWhatInetPtonReadsIsAnAddress) {
  for (const char* text : {"",
                           " ",
                           "192.0.2.1 ",
                           " 192.0.2.1",
                           "192.0.2",
                           "192.0.2.1.",
                           "192.0.2.256",
                           "0300.0.2.1",
                           "010.0.0.1",
                           "0xc0.0.2.1",
                           "3221225985",
                           "127.1",
                           "1.2.3.4.5",
                           "192.0.2.1:22",
                           "[2001:db8::1]",
                           "2001:db8::1::",
                           "2001:db8:::1",
                           "12345::",
                           "g::",
                           ":",
                           "fe80::1%eth0",
                           "localhost",
                           "example.org",
                           "192.0.2.1\n",
                           "192.0.2.1/32",
                           "0000:0000:0000:0000:0000:ffff:192.168.100.200:0000"})
    EXPECT_FALSE(parse_address(text)) << '"' << text << '"';
}

TEST(Address, NothingHidesBehindANul) {
  EXPECT_FALSE(parse_address(std::string_view("192.0.2.1\0", 10)));
  EXPECT_FALSE(parse_address(std::string_view("192.0.2.1\0.evil.example", 23)));
}

TEST(Address, IsSpelledCanonically) {
  EXPECT_EQ(text_of(*parse_address("192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(text_of(*parse_address("::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(text_of(*parse_address("2001:DB8:0::1")), "2001:db8::1");
  EXPECT_EQ(text_of(Address{}), "::");
}

bool spans(std::string_view outer, std::string_view inner) {
  return parse_network(outer).value().contains(parse_network(inner).value());
}

TEST(Network, HoldsNetworksOfLongerPrefixes) {
  EXPECT_TRUE(spans("10.0.0.0/8", "10.1.0.0/16"));
  EXPECT_TRUE(spans("10.0.0.0/8", "10.0.0.0/8"));
  EXPECT_TRUE(spans("10.0.0.0/8", "::ffff:10.2.0.0/112"));
  EXPECT_FALSE(spans("10.1.0.0/16", "10.0.0.0/8"));
  EXPECT_FALSE(spans("10.0.0.0/8", "11.0.0.0/16"));
  EXPECT_TRUE(spans("::/0", "2001:db8::/32"));
  EXPECT_FALSE(spans("::/0", "10.0.0.0/8")) << "it holds no IPv4 address";
  EXPECT_FALSE(spans("::/0", "0.0.0.0/0"));
  EXPECT_TRUE(spans("::/0", "::/1"));
}

TEST(Network, HoldsTheAddressesUnderItsPrefix) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.128"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("192.0.2.4/31", "192.0.2.5"));
  EXPECT_FALSE(holds("192.0.2.4/31", "192.0.2.6"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(Network, OfOneAddressHoldsThatAlone) {
  EXPECT_TRUE(holds("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(holds("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(holds("2001:db8::1/128", "2001:db8::1"));
  EXPECT_FALSE(holds("2001:db8::1/128", "2001:db8::2"));
}

TEST(Network, TheFamiliesDoNotHoldEachOther) {
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  EXPECT_TRUE(holds("::/0", "2001:db8::1"));
  EXPECT_FALSE(holds("::/0", "203.0.113.9"));
  EXPECT_FALSE(holds("::/64", "::ffff:203.0.113.9"));
}

TEST(Network, AMappedPrefixIsTheIpv4PrefixItStandsFor) {
  EXPECT_EQ(parse_network("::ffff:10.0.0.0/104"), parse_network("10.0.0.0/8"));
  EXPECT_TRUE(holds("::ffff:0:0/96", "203.0.113.9"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
}

TEST(Network, BitsBeyondThePrefixAreRefused) {
  EXPECT_FALSE(parse_network("10.1.2.3/8"));
  EXPECT_FALSE(parse_network("192.0.2.1/31"));
  EXPECT_FALSE(parse_network("2001:db8::1/64"));
  EXPECT_FALSE(parse_network("0.0.0.1/0"));
  EXPECT_FALSE(parse_network("::1/0"));
}

TEST(Network, WhatWasMeantByBitsBeyondThePrefixCanBeTold) {
  EXPECT_EQ(text_of(*enclosing_network("10.1.2.3/8")), "10.0.0.0/8");
  EXPECT_EQ(text_of(*enclosing_network("192.0.2.1/31")), "192.0.2.0/31");
  EXPECT_EQ(text_of(*enclosing_network("2001:db8::1/64")), "2001:db8::/64");
  EXPECT_EQ(text_of(*enclosing_network("203.0.113.9/0")), "0.0.0.0/0");
  EXPECT_EQ(text_of(*enclosing_network("192.0.2.1")), "192.0.2.1");
  EXPECT_FALSE(enclosing_network("192.0.2.1/33"));
}

TEST(Network, OddPrefixesAreRefused) {
  for (const char* text : {"",
                           "/",
                           "/8",
                           "10.0.0.0/",
                           "10.0.0.0/33",
                           "10.0.0.0/-1",
                           "10.0.0.0/+8",
                           "10.0.0.0/08",
                           "10.0.0.0/ 8",
                           "10.0.0.0/8 ",
                           "10.0.0.0/8/8",
                           "10.0.0.0/0x8",
                           "10.0.0.0/255.0.0.0",
                           "10/8",
                           "10.0/8",
                           "::/129",
                           "::/1000",
                           "::/99999999999999999999",
                           "fe80::%eth0/64",
                           "local"})
    EXPECT_FALSE(parse_network(text)) << '"' << text << '"';
}

TEST(Source, AnEmptyRhostIsLocal) { EXPECT_EQ(Source::of("").kind, Source::Kind::local); }

TEST(Source, AnAddressIsAnAddress) {
  const Source source = Source::of("::ffff:192.0.2.1");
  EXPECT_EQ(source.kind, Source::Kind::address);
  EXPECT_EQ(text_of(source.address), "192.0.2.1");
}

TEST(Source, WhateverElseTheCallerSaysIsUnknown) {
  for (const char* text : {"localhost", "local", " ", "example.org", "fe80::1%eth0", "127.1",
                           "192.0.2.1 ", "192.0.2.0/24", ":0", "UNKNOWN"})
    EXPECT_EQ(Source::of(text).kind, Source::Kind::unknown) << '"' << text << '"';
}

TEST(Source, StartsAsUnknown) { EXPECT_EQ(Source{}.kind, Source::Kind::unknown); }

TEST(CountingName, IsOneForAllSpellingsOfAnAddress) {
  EXPECT_EQ(counting_name_of("192.0.2.7"), counting_name_of("::ffff:192.0.2.7"));
  EXPECT_NE(counting_name_of("192.0.2.7"), counting_name_of("192.0.2.8"));
}

TEST(CountingName, IsOneForAllAddressesOfAnIpv6Subscriber) {
  EXPECT_EQ(counting_name_of("2001:db8:1:2::1"), counting_name_of("2001:db8:1:2:ffff::9"));
  EXPECT_NE(counting_name_of("2001:db8:1:2::1"), counting_name_of("2001:db8:1:3::1"));
}

TEST(CountingName, OfANameIsItsSpellingInLowerCase) {
  EXPECT_EQ(counting_name_of("Host.Example"), "host.example");
}

}  // namespace
}  // namespace usher
