// SPDX-License-Identifier: Apache-2.0
#include "daemon/interchange/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <utility>

#include "daemon/config/text.h"
#include "daemon/interchange/gathering.h"
#include "daemon/interchange/readers.h"

namespace usher::interchange {
namespace {

/// For the index of a generator, that of an earlier one which is like it.
using Repeated = std::map<std::size_t, std::size_t>;

/// Of each group that is equal by `less`, all but the one that was read first.
template <typename Less>
Repeated repeated_by(const std::vector<ImportedCode>& codes, Less less) {
  std::vector<std::size_t> order(codes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (less(codes[a], codes[b])) return true;
    return !less(codes[b], codes[a]) && a < b;
  });
  Repeated repeated;
  std::size_t first = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (less(codes[order[first]], codes[order[i]]))
      first = i;
    else
      repeated.emplace(order[i], order[first]);
  }
  return repeated;
}

bool by_seed(const ImportedCode& a, const ImportedCode& b) {
  if (a.user != b.user) return a.user < b.user;
  return a.seed.expose() < b.seed.expose();
}

bool by_label(const ImportedCode& a, const ImportedCode& b) {
  if (a.user != b.user) return a.user < b.user;
  return a.label < b.label;
}

Finding about_repeated(const ImportedCode& code, const ImportedCode& earlier, std::string what,
                       std::string hint) {
  std::string place = fmt::format("line {}", earlier.at.line);
  if (earlier.at.file != code.at.file)
    place = fmt::format("{}:{}", earlier.at.file, earlier.at.line);
  return {.at = code.at,
          .message = fmt::format("{} as in {}", what, place),
          .hint = std::move(hint),
          .source_line = {}};
}

}  // namespace

void read_codes(std::string_view content, const std::string& file, Format format, Import& into) {
  constexpr std::array kReaders = {&read_google_authenticator, &read_users_oath, &read_otpauth,
                                   &read_csv};
  Gathering gathering(config::printable(file), into);
  const std::size_t before = into.codes.size() + into.findings.size();
  kReaders[static_cast<std::size_t>(format) - 1](content, gathering);
  if (into.codes.size() + into.findings.size() == before)
    gathering.mistake({}, {.message = "there is no code in this file",
                           .hint = "look whether this is the right file"});
}

void drop_repeated(Import& import) {
  auto& codes = import.codes;
  std::map<std::size_t, Finding> dropped;
  for (const auto& [index, earlier] : repeated_by(codes, by_seed))
    dropped.emplace(
        index, about_repeated(codes[index], codes[earlier], "the same person has the same secret",
                              "take one of them out: with both, each code would count "
                              "twice"));
  for (const auto& [index, earlier] : repeated_by(codes, by_label))
    dropped.emplace(
        index, about_repeated(codes[index], codes[earlier], "the same person has the same label",
                              "give one of them another label"));
  std::vector<ImportedCode> kept;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto found = dropped.find(i);
    if (found == dropped.end())
      kept.push_back(std::move(codes[i]));
    else
      import.findings.push_back(std::move(found->second));
  }
  codes = std::move(kept);
}

}  // namespace usher::interchange
