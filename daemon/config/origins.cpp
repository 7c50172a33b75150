// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/origins.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "daemon/config/text.h"

namespace usher::config {
namespace {

constexpr std::string_view kLocal = "local";
constexpr std::string_view kExamples =
    R"(write an address, a network such as "10.0.0.0/8" or "2001:db8::/32", or "local")";

bool looks_numeric(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:/") == std::string_view::npos;
}

void report_no_origin(Document& document, const Text& text) {
  const std::string_view value = text.value;
  constexpr std::array kWords = {kLocal};
  if (value.empty()) return document.report(text.at, "this address is empty", kExamples);
  if (value == "localhost")
    return document.report(text.at, "`localhost` is a host name, and names are never looked up",
                           R"(write "local" for logins without a remote host, or "127.0.0.1" and )"
                           R"("::1" for connections over the loopback)");
  if (nearest(value, kWords))
    return document.report(text.at, fmt::format("{} is no network", ticked(value)),
                           did_you_mean(value, kWords));
  if (const auto network = enclosing_network(value))
    return document.report(
        text.at, fmt::format("{} has bits set beyond its prefix", ticked(value)),
        fmt::format("write \"{}\" for the whole network, or the address alone", text_of(*network)));
  if (value.contains('%'))
    return document.report(
        text.at, fmt::format("{} has a zone, and such an address never matches", ticked(value)),
        "name an address that is not link-local");
  if (!looks_numeric(value))
    return document.report(
        text.at, fmt::format("{} is no address, and names are never looked up", ticked(value)),
        kExamples);
  document.report(text.at, fmt::format("{} is no address and no network", ticked(value)),
                  kExamples);
}

}  // namespace

std::optional<Origin> read_origin(Document& document, const Text& text) {
  if (text.value == kLocal) return Origin{.local = true, .network = {}, .spelling = text.value};
  if (const auto network = parse_network(text.value))
    return Origin{.local = false, .network = *network, .spelling = text.value};
  report_no_origin(document, text);
  return std::nullopt;
}

std::vector<Origin> read_origins(const Entry& entry, const Sets& sets) {
  std::vector<Origin> origins;
  for (const Text& text : read_some_texts(entry)) {
    if (!is_set_reference(text.value)) {
      if (auto origin = read_origin(entry.document, text)) origins.push_back(std::move(*origin));
    } else if (const NamedSet* set = find_set(entry.document, sets, SetKind::networks, text)) {
      origins.insert(origins.end(), set->origins.begin(), set->origins.end());
    }
  }
  return origins;
}

}  // namespace usher::config
