// SPDX-License-Identifier: Apache-2.0
#include "daemon/model/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace usher {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

bool is_mapped(const Address& address) noexcept {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
}

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// "0" to "128", digits alone: no sign, no leading zero.
std::optional<int> parse_prefix_length(std::string_view digits, int most) {
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  int length = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), length);
  return length <= most ? std::optional(length) : std::nullopt;
}

/// The base as written, bits below the prefix and all.
std::optional<Network> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view spelled = text.substr(0, slash);
  const auto base = parse_address(spelled);
  if (!base) return std::nullopt;
  if (slash == std::string_view::npos) return Network{.base = *base, .length = 128};

  const bool dotted = !spelled.contains(':');
  const auto length = parse_prefix_length(text.substr(slash + 1), dotted ? 32 : 128);
  if (!length) return std::nullopt;
  return Network{.base = *base, .length = dotted ? *length + kMappedBits : *length};
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > INET6_ADDRSTRLEN || text.contains('\0')) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  std::array<std::uint8_t, 4> v4{};
  if (::inet_pton(AF_INET, terminated.c_str(), v4.data()) != 1) return std::nullopt;
  std::ranges::copy(kMappedPrefix, address.bytes.begin());
  std::ranges::copy(v4, address.bytes.begin() + kMappedPrefix.size());
  return address;
}

Address prefix_of(Address address, int length) noexcept {
  for (int byte = 0; byte < 16; ++byte) {
    const int kept = std::clamp(length - byte * 8, 0, 8);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - kept));
    address.bytes[static_cast<std::size_t>(byte)] &= mask;
  }
  return address;
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool dotted = is_mapped(address);
  const std::uint8_t* bytes = address.bytes.data() + (dotted ? kMappedPrefix.size() : 0);
  if (::inet_ntop(dotted ? AF_INET : AF_INET6, bytes, text.data(), text.size()) == nullptr)
    return {};
  return text.data();
}

bool Network::contains(const Address& address) const noexcept {
  if (length < kMappedBits && is_mapped(address)) return false;
  return prefix_of(address, length) == prefix_of(base, length);
}

bool Network::contains(const Network& network) const noexcept {
  if (length < kMappedBits && network.length >= kMappedBits && is_mapped(network.base))
    return false;
  return length <= network.length && prefix_of(network.base, length) == prefix_of(base, length);
}

std::optional<Network> parse_network(std::string_view text) {
  const auto network = parse_prefix(text);
  if (!network || network->base != prefix_of(network->base, network->length)) return std::nullopt;
  return network;
}

std::optional<Network> enclosing_network(std::string_view text) {
  auto network = parse_prefix(text);
  if (network) network->base = prefix_of(network->base, network->length);
  return network;
}

std::string text_of(const Network& network) {
  std::string text = text_of(network.base);
  if (network.length == 128) return text;
  const bool dotted = network.length >= kMappedBits && is_mapped(network.base);
  return text + '/' + std::to_string(dotted ? network.length - kMappedBits : network.length);
}

Source Source::of(std::string_view rhost) {
  if (rhost.empty()) return {.kind = Kind::local, .address = {}};
  if (const auto address = parse_address(rhost))
    return {.kind = Kind::address, .address = *address};
  return {};
}

std::string counting_name_of(std::string_view rhost) {
  constexpr int kSubscriber = 64;
  if (const Source source = Source::of(rhost); source.kind == Source::Kind::address)
    return text_of(prefix_of(source.address, is_mapped(source.address) ? 128 : kSubscriber));
  std::string name(rhost);
  std::ranges::transform(name, name.begin(), lowered);
  return name;
}

}  // namespace usher
