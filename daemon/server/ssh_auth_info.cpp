// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/ssh_auth_info.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace usher {
namespace {

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kMaxKeyType = 64;  // RFC 4251 section 6 bounds names at 64 characters

bool consists_of(std::string_view text, std::string_view more) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return kAlphanumeric.contains(c) || more.contains(c);
  });
}

/// The text up to the next `end`, taken off the front of `rest` together with it.
std::string_view take_until(char end, std::string_view& rest) {
  const std::size_t at = rest.find(end);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return taken;
}

std::optional<Proof> proof_from_line(std::string_view line) {
  if (take_until(' ', line) != "publickey") return std::nullopt;
  const std::string_view type = take_until(' ', line);
  const std::string_view key = take_until(' ', line);
  if (type.size() > kMaxKeyType || !consists_of(type, "-@.") || !consists_of(key, "+/="))
    return std::nullopt;
  return Proof{.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = std::string(type)};
}

}  // namespace

std::vector<Proof> proofs_from_ssh_auth_info(std::string_view auth_info) {
  std::vector<Proof> proofs;
  while (!auth_info.empty())
    if (auto proof = proof_from_line(take_until('\n', auth_info))) proofs.push_back(*proof);
  return proofs;
}

}  // namespace usher
