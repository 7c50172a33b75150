// SPDX-License-Identifier: Apache-2.0
// The bytes in which one usherd leaves to the next what it remembers, on the same machine and of
// the same start of it: numbers as the processor has them, texts after their length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/model/process_id.h"
#include "daemon/model/proof.h"

namespace usher {

class HandoverWriter {
 public:
  /// `mark` comes first, and names the format.
  explicit HandoverWriter(std::string_view mark) : bytes_(mark) {}
  void number(std::int64_t value);
  void text(const std::string& value);
  void process(const ProcessId& value);
  void proof(const EarnedProof& value);
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// What is not there reads as nothing, and from then on nothing is.
class HandoverReader {
 public:
  HandoverReader(std::string_view mark, std::string_view bytes);
  [[nodiscard]] std::int64_t number();
  [[nodiscard]] std::string text();
  [[nodiscard]] ProcessId process();
  [[nodiscard]] EarnedProof proof();
  /// How many items follow, of which none is smaller than a number.
  [[nodiscard]] std::size_t count();
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool whole() const { return good_ && rest_.empty(); }

 private:
  bool good_;
  std::string_view rest_;
};

}  // namespace usher
