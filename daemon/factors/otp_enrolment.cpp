// SPDX-License-Identifier: Apache-2.0
#include "daemon/factors/otp_enrolment.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "daemon/factors/secret_text.h"

namespace usher {
namespace {

struct AlgorithmRow {
  OtpAlgorithm algorithm;
  std::string_view name;
  std::string_view name_in_uri;
  std::size_t seed_size;
};
constexpr std::array kAlgorithms = {
    AlgorithmRow{OtpAlgorithm::sha1, "sha1", "SHA1", 20},
    AlgorithmRow{OtpAlgorithm::sha256, "sha256", "SHA256", 32},
    AlgorithmRow{OtpAlgorithm::sha512, "sha512", "SHA512", 64},
};

const AlgorithmRow& row_of(OtpAlgorithm algorithm) noexcept {
  for (const AlgorithmRow& row : kAlgorithms)
    if (row.algorithm == algorithm) return row;
  return kAlgorithms.front();
}

Result<Secret> taken_whole(const SecretText& text) {
  Secret secret;
  if (!text.is_whole() || !secret.assign(text.expose()))
    return failure("a text that holds a seed is too long");
  return secret;
}

// RFC 3986 section 2.1; what is not unreserved (section 2.3) is encoded.
void append_encoded(SecretText& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    const bool unreserved = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                            (byte >= '0' && byte <= '9') || std::strchr("-._~", byte) != nullptr;
    if (unreserved && byte != 0) {
      out.append(character);
      continue;
    }
    out.append('%');
    out.append(kHex[byte >> 4U]);
    out.append(kHex[byte & 0xfU]);
  }
}

// RFC 4648 section 6, without padding. `group` > 0: a space after each so many characters.
void append_base32(SecretText& out, const Secret& seed, std::size_t group) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::size_t written = 0;
  std::uint32_t bits = 0;
  unsigned held = 0;
  const auto put = [&](std::uint32_t five_bits) {
    if (group > 0 && written > 0 && written % group == 0) out.append(' ');
    out.append(kAlphabet[five_bits & 31U]);
    ++written;
  };
  for (const std::uint8_t byte : seed.expose_bytes()) {
    bits = (bits << 8U) | byte;
    held += 8;
    for (; held >= 5; held -= 5) put(bits >> (held - 5));
  }
  if (held > 0) put(bits << (5 - held));
}

bool same_letter(char a, char b) noexcept {
  const auto lowered = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int{c}; };
  return lowered(a) == lowered(b);
}

}  // namespace

Secret new_seed(OtpAlgorithm algorithm) {
  Secret seed;
  if (sodium_init() < 0) return seed;
  const auto bytes = seed.resize(row_of(algorithm).seed_size);
  if (!bytes.empty()) randombytes_buf(bytes.data(), bytes.size());
  return seed;
}

// The issuer stands before the account too, as the format of such addresses wants it; what is the
// apps' default is left out, so that the picture of the address stays small enough for a terminal.
Result<Secret> otpauth_uri(const Secret& seed, const OtpParameters& parameters,
                           std::string_view machine, std::string_view user) {
  if (seed.empty()) return failure("a generator has no seed");
  SecretText uri;
  const auto append_issuer = [&] {
    append_encoded(uri, "Usher on ");
    append_encoded(uri, machine);
  };
  uri.append("otpauth://totp/");
  append_issuer();
  uri.append(':');
  append_encoded(uri, user);
  uri.append("?secret=");
  append_base32(uri, seed, 0);
  uri.append("&issuer=");
  append_issuer();
  const OtpParameters usual;
  if (parameters.algorithm != usual.algorithm) {
    uri.append("&algorithm=");
    uri.append(row_of(parameters.algorithm).name_in_uri);
  }
  if (parameters.digits != usual.digits) uri.append(fmt::format("&digits={}", parameters.digits));
  if (parameters.period != usual.period) uri.append(fmt::format("&period={}", parameters.period));
  return taken_whole(uri);
}

Result<Secret> base32_of(const Secret& seed) {
  if (seed.empty()) return failure("a generator has no seed");
  SecretText text;
  append_base32(text, seed, 4);
  return taken_whole(text);
}

std::string_view name_of(OtpAlgorithm algorithm) noexcept { return row_of(algorithm).name; }

std::optional<OtpAlgorithm> otp_algorithm_named(std::string_view name) noexcept {
  for (const AlgorithmRow& row : kAlgorithms)
    if (std::ranges::equal(row.name, name, same_letter)) return row.algorithm;
  return std::nullopt;
}

}  // namespace usher
