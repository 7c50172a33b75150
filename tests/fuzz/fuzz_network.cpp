// SPDX-License-Identifier: Apache-2.0
// Any bytes as an address, a network and an rhost: what is read can be written and read again as
// the same, and the readers agree with each other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/model/network.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_address(std::string_view text) {
  const auto address = parse_address(text);
  const Source source = Source::of(text);
  if (text.empty()) return require(!address && source.kind == Source::Kind::local);
  require((source.kind == Source::Kind::address) == address.has_value());
  require(source.kind != Source::Kind::local);
  if (!address) return;
  require(source.address == *address);
  require(parse_address(text_of(*address)) == address);
  require(parse_network(text) == Network{.base = *address, .length = 128});
}

void check_network(std::string_view text) {
  const auto network = parse_network(text);
  const auto enclosing = enclosing_network(text);
  require(!network || network == enclosing);
  if (!enclosing) return;
  require(enclosing->length >= 0 && enclosing->length <= 128);
  require(parse_network(text_of(*enclosing)) == enclosing);
  const auto base = parse_address(text.substr(0, text.find('/')));
  require(base.has_value());
  // The one address outside: an IPv4 one spelled under an IPv6 prefix that spans the mapped range.
  const bool mapped = text_of(*base).find(':') == std::string::npos;
  require(enclosing->contains(*base) || (mapped && enclosing->length < 96));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_address(text);
  check_network(text);
  return 0;
}
