// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usher {

/// An IP address as 16 bytes: IPv6 as it is, IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so
/// that a mapped spelling and a plain one are the same address.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const Address&) const = default;
};

/// Reads the spellings of inet_pton(3) alone: no names, no zone ids, no shorthand, no DNS.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

/// The canonical spelling (RFC 5952), IPv4 in dotted form.
[[nodiscard]] std::string text_of(const Address& address);

/// The first `length` bits of an address, 0 to 128, the others cleared.
[[nodiscard]] Address prefix_of(Address address, int length) noexcept;

/// A prefix: `length` leading bits of `base`, 0 to 128 (an IPv4 prefix of n bits is 96 + n).
struct Network {
  Address base;
  int length = 128;
  bool operator==(const Network&) const = default;
  /// An IPv6 prefix so short that it spans the mapped range ("::/0") holds no IPv4 address.
  [[nodiscard]] bool contains(const Address& address) const noexcept;
  /// Whether it contains all that `network` does. Where neither of two networks contains the other,
  /// they have no address in common.
  [[nodiscard]] bool contains(const Network& network) const noexcept;
};

/// "10.0.0.0/8", "2001:db8::/32", or a single address. Bits set below the prefix are an error:
/// "10.1.2.3/8" is more likely a slip than a wish.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);

/// The same with the bits below the prefix cleared: what such a slip probably meant.
[[nodiscard]] std::optional<Network> enclosing_network(std::string_view text);

[[nodiscard]] std::string text_of(const Network& network);

/// Where a request comes from, as far as the caller's rhost tells.
struct Source {
  enum class Kind : std::uint8_t {
    local = 1,  // an empty rhost
    address,
    unknown,  // an rhost that is no address: a host name, a spelling nobody should rely on
  };
  Kind kind = Kind::unknown;
  Address address;

  [[nodiscard]] static Source of(std::string_view rhost);
};

/// Under what name a remote host's dialogues are counted: an IPv4 address by itself, an IPv6
/// address by its /64, which is what one subscriber has; anything else as it is spelled, in lower
/// case.
[[nodiscard]] std::string counting_name_of(std::string_view rhost);

}  // namespace usher
