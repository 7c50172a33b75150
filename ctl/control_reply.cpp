// SPDX-License-Identifier: Apache-2.0
#include "ctl/control_reply.h"

#include <utility>

namespace usher::ctl {
namespace {

std::unexpected<ControlFailure> malformed() {
  return std::unexpected(ControlFailure{.kind = ControlFailure::Kind::malformed, .detail = {}});
}

}  // namespace

std::expected<Json, ControlFailure> read_reply(std::string_view text) {
  Json reply = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!reply.is_object()) return malformed();
  Json parameters = Json::object();
  if (const auto given = reply.find("parameters"); given != reply.end() && !given->is_null()) {
    if (!given->is_object()) return malformed();
    parameters = std::move(*given);
  }
  const auto error = reply.find("error");
  if (error == reply.end()) return parameters;
  if (!error->is_string()) return malformed();
  return std::unexpected(ControlFailure{.kind = ControlFailure::Kind::refused,
                                        .detail = error->get<std::string>(),
                                        .parameters = std::move(parameters)});
}

}  // namespace usher::ctl
