// SPDX-License-Identifier: Apache-2.0
// Any bytes as a question to usher-keeper: what it reads is within its limits, holds no NUL, and
// written again it is as long and reads the same.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>

#include "keeper/question.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

bool is_c_string(std::string_view text, std::size_t limit) {
  return text.size() <= limit && !text.contains('\0');
}

void check(const KeeperVerify& question) {
  require(is_c_string(question.user, kMaxName) && is_c_string(question.password, kMaxSecret));
}
void check(const KeeperState& question) { require(is_c_string(question.user, kMaxName)); }
void check(const KeeperStanding& question) { require(is_c_string(question.user, kMaxName)); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto question = question_in({data, size});
  if (!question) return 0;
  std::visit([](const auto& asked) { check(asked); }, *question);
  std::array<std::uint8_t, kMaxPacket> written{};
  const std::size_t length =
      std::visit([&](const auto& asked) { return encode(asked, written); }, *question);
  require(length == size);
  const auto again = question_in({written.data(), length});
  require(again && again->index() == question->index());
  return 0;
}
