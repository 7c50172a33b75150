// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/values.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/config/text.h"
#include "daemon/config/units.h"
#include "usher/message.h"

namespace usher::config {

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a section";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a number";
    case toml::node_type::floating_point:
      return "a number with a point";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

namespace {

void refuse_kind(const Entry& entry, std::string_view wanted, std::string_view hint) {
  entry.refuse(fmt::format("{} is {}, not {}", ticked(entry.key), wanted, kind_of(entry.node)),
               hint);
}

}  // namespace

std::optional<std::string> read_text(const Entry& entry, std::string_view wanted,
                                     std::string_view hint) {
  if (const auto* text = entry.node.as_string()) return text->get();
  refuse_kind(entry, wanted, hint);
  return std::nullopt;
}

std::optional<std::uint32_t> read_duration(const Entry& entry, std::uint32_t least,
                                           std::uint32_t most) {
  const auto text = read_text(entry, "a duration", R"(write it like "90s" or "5m")");
  if (!text) return std::nullopt;
  const auto seconds = parse_duration(*text);
  if (!seconds) {
    entry.refuse(fmt::format("{} is no duration", ticked(*text)),
                 R"(write a whole number and s, m, h or d: "90s", "5m", "1h")");
    return std::nullopt;
  }
  if (*seconds >= least && *seconds <= most) return seconds;
  entry.refuse(
      fmt::format("{} is {}, which is out of range", ticked(entry.key), duration_text(*seconds)),
      fmt::format(R"(it may be "{}" to "{}")", duration_text(least), duration_text(most)));
  return std::nullopt;
}

std::optional<std::string> read_shown_text(const Entry& entry, std::string_view wanted,
                                           std::string_view hint, std::string_view to_say_nothing) {
  auto text = read_text(entry, wanted, hint);
  if (!text) return std::nullopt;
  std::string lines = *text;
  std::ranges::replace(lines, '\n', ' ');
  if (trimmed(lines).empty())
    entry.refuse("this text is empty", to_say_nothing);
  else if (!is_one_printable_line(lines))
    entry.refuse("this text has a tab or an invisible character in it",
                 "write printable characters and line ends alone");
  else if (text->size() > kMaxText)
    entry.refuse(fmt::format("this text has {} bytes", text->size()),
                 fmt::format("it may have {}", kMaxText));
  else
    return text;
  return std::nullopt;
}

std::optional<bool> read_switch(const Entry& entry) {
  if (const auto* value = entry.node.as_boolean()) return value->get();
  refuse_kind(entry, "true or false", "write true or false, without quotes");
  return std::nullopt;
}

std::optional<std::uint32_t> read_count(const Entry& entry, std::uint32_t least,
                                        std::uint32_t most) {
  const auto* value = entry.node.as_integer();
  if (value == nullptr) {
    refuse_kind(entry, "a whole number", "write the number alone, without quotes or a point");
    return std::nullopt;
  }
  if (value->get() >= least && value->get() <= most)
    return static_cast<std::uint32_t>(value->get());
  entry.refuse(fmt::format("{} is {}, which is out of range", ticked(entry.key), value->get()),
               fmt::format("it may be {} to {}", least, most));
  return std::nullopt;
}

std::vector<Text> read_texts(const Entry& entry) {
  if (const auto* text = entry.node.as_string())
    return {{.value = text->get(), .at = text->source().begin}};
  const auto* list = entry.node.as_array();
  if (list == nullptr) {
    refuse_kind(entry, "a list of texts", R"(write it like ["one", "two"])");
    return {};
  }
  std::vector<Text> texts;
  for (const toml::node& element : *list) {
    if (const auto* text = element.as_string())
      texts.push_back({.value = text->get(), .at = text->source().begin});
    else
      entry.document.report(
          element.source().begin,
          fmt::format("{} is a list of texts, but this is {}", ticked(entry.key), kind_of(element)),
          "put the value between double quotes");
  }
  return texts;
}

std::vector<Text> read_some_texts(const Entry& entry) {
  const auto* list = entry.node.as_array();
  if (list != nullptr && list->empty())
    entry.refuse(fmt::format("{} is an empty list", ticked(entry.key)),
                 "name at least one, or take the line out");
  return read_texts(entry);
}

}  // namespace usher::config
