// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/handover_bytes.h"

#include <algorithm>
#include <cstring>

namespace usher {
namespace {

constexpr std::size_t kLongestText = 4'096;

}  // namespace

void HandoverWriter::number(std::int64_t value) {
  bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void HandoverWriter::text(const std::string& value) {
  number(static_cast<std::int64_t>(value.size()));
  bytes_ += value;
}

void HandoverWriter::process(const ProcessId& value) {
  number(value.pid);
  number(static_cast<std::int64_t>(value.start_time));
  number(static_cast<std::int64_t>(value.inode));
}

void HandoverWriter::proof(const EarnedProof& value) {
  text(value.user);
  number(value.for_uid);
  number(static_cast<std::int64_t>(value.factor));
  number(static_cast<std::int64_t>(value.by));
  number(static_cast<std::int64_t>(value.tie.kind));
  number(value.tie.otp);
  text(std::string(value.tie.mark.begin(), value.tie.mark.end()));
  number(value.boot_at);
  number(value.wall_at);
}

HandoverReader::HandoverReader(std::string_view mark, std::string_view bytes)
    : good_(bytes.starts_with(mark)), rest_(bytes) {
  if (good_) rest_.remove_prefix(mark.size());
}

std::int64_t HandoverReader::number() {
  std::int64_t value = 0;
  if (rest_.size() < sizeof value) good_ = false;
  if (!good_) return 0;
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return value;
}

std::string HandoverReader::text() {
  const std::int64_t size = number();
  if (size < 0 || size > static_cast<std::int64_t>(kLongestText) ||
      rest_.size() < static_cast<std::size_t>(size))
    good_ = false;
  if (!good_) return {};
  std::string value(rest_.substr(0, static_cast<std::size_t>(size)));
  rest_.remove_prefix(value.size());
  return value;
}

ProcessId HandoverReader::process() {
  const auto pid = static_cast<pid_t>(number());
  const auto start_time = static_cast<std::uint64_t>(number());
  return {.pid = pid, .start_time = start_time, .inode = static_cast<std::uint64_t>(number())};
}

EarnedProof HandoverReader::proof() {
  EarnedProof value;
  value.user = text();
  value.for_uid = static_cast<uid_t>(number());
  value.factor = static_cast<Factor>(number());
  value.by = static_cast<ProvenBy>(number());
  value.tie.kind = static_cast<ProofTie::Kind>(number());
  value.tie.otp = number();
  const std::string mark = text();
  good_ = good_ && mark.size() == value.tie.mark.size();
  if (good_) std::ranges::copy(mark, value.tie.mark.begin());
  value.boot_at = number();
  value.wall_at = number();
  return value;
}

std::size_t HandoverReader::count() {
  const std::int64_t value = number();
  if (value < 0 || static_cast<std::size_t>(value) > rest_.size() / sizeof value) good_ = false;
  return good_ ? static_cast<std::size_t>(value) : 0;
}

}  // namespace usher
