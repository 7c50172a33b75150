// SPDX-License-Identifier: Apache-2.0
// The predicates on where a request comes from: from, not_from, tty.
#include "daemon/policy/predicate_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace usher::policy {
namespace {

Match as_match(bool yes) { return yes ? Match::yes : Match::no; }

std::string spellings_of(const std::vector<Origin>& origins) {
  std::vector<std::string_view> spellings;
  spellings.reserve(origins.size());
  for (const Origin& origin : origins) spellings.push_back(origin.spelling);
  return fmt::format("{}", fmt::join(spellings, ", "));
}

// from, not_from

bool covers(const Origin& origin, const Source& source) {
  if (origin.local) return source.kind == Source::Kind::local;
  return source.kind == Source::Kind::address && origin.network.contains(source.address);
}

const Origin* covering(const std::vector<Origin>& origins, const Source& source) {
  const auto found =
      std::ranges::find_if(origins, [&](const Origin& origin) { return covers(origin, source); });
  return found == origins.end() ? nullptr : &*found;
}

std::string words_for_source(const std::vector<Origin>& origins, const Source& source,
                             std::string_view key) {
  if (origins.empty()) return {};
  if (source.kind == Source::Kind::unknown)
    return fmt::format("the remote host is not given as an address, so `{}` has no answer", key);
  const Origin* origin = covering(origins, source);
  if (source.kind == Source::Kind::local)
    return origin != nullptr
               ? "the request is local"
               : fmt::format("the request is local, not from {}", spellings_of(origins));
  const std::string address = text_of(source.address);
  if (origin != nullptr) return fmt::format("{} is in {}", address, origin->spelling);
  if (origins.size() == 1 && origins.front().local) return fmt::format("{} is not local", address);
  if (origins.size() == 1) return fmt::format("{} is not in {}", address, origins.front().spelling);
  return fmt::format("{} is in none of {}", address, spellings_of(origins));
}

Match match_from(const Rule& rule, const Facts& facts) {
  if (rule.from.empty()) return Match::yes;
  if (facts.source.kind == Source::Kind::unknown) return Match::unknown;
  return as_match(covering(rule.from, facts.source) != nullptr);
}

std::string words_for_from(const Rule& rule, const Facts& facts) {
  return words_for_source(rule.from, facts.source, "from");
}

Match match_not_from(const Rule& rule, const Facts& facts) {
  if (rule.not_from.empty()) return Match::yes;
  if (facts.source.kind == Source::Kind::unknown) return Match::unknown;
  return as_match(covering(rule.not_from, facts.source) == nullptr);
}

std::string words_for_not_from(const Rule& rule, const Facts& facts) {
  return words_for_source(rule.not_from, facts.source, "not_from");
}

// tty

Match match_tty(const Rule& rule, const Facts& facts) {
  if (rule.ttys.empty()) return Match::yes;
  if (!facts.tty) return Match::unknown;
  return as_match(std::ranges::find(rule.ttys, without_directory(*facts.tty)) != rule.ttys.end());
}

std::string words_for_tty(const Rule& rule, const Facts& facts) {
  if (rule.ttys.empty()) return {};
  if (!facts.tty)
    return "who started the program may have named the terminal, so `tty` has no answer";
  const std::string_view tty = without_directory(*facts.tty);
  if (match_tty(rule, facts) == Match::yes) return fmt::format("tty is {}", tty);
  if (tty.empty())
    return fmt::format("there is no tty, and so not one of {}", fmt::join(rule.ttys, ", "));
  return fmt::format("tty is {}, not one of {}", tty, fmt::join(rule.ttys, ", "));
}

}  // namespace

const Predicate kFrom{match_from, words_for_from};
const Predicate kNotFrom{match_not_from, words_for_not_from};
const Predicate kTty{match_tty, words_for_tty};

}  // namespace usher::policy

namespace usher {

bool is_from(const std::vector<Origin>& origins, const Source& source) {
  return policy::covering(origins, source) != nullptr;
}

}  // namespace usher
