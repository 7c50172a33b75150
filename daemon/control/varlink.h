// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace usher {

/// Objects keep the order in which they are filled, so that people can read replies.
using Json = nlohmann::ordered_json;

/// A call is refused, and the connection closed, over this many bytes.
inline constexpr std::size_t kMaxControlCall = std::size_t{64} * 1024;

/// ... and is no call with more values than this in it, or nested deeper.
inline constexpr std::size_t kMostCallValues = 256;
inline constexpr std::size_t kMostCallDepth = 16;

/// One call, as Varlink frames it: a JSON object, ended by a NUL that is not part of `text`.
struct VarlinkCall {
  std::string method;
  Json parameters = Json::object();
  bool oneway = false;  // the caller wants no reply
};

/// None for what is no call: not JSON, not an object, no method, members of the wrong type,
/// more or deeper than any call.
[[nodiscard]] std::optional<VarlinkCall> parse_call(std::string_view text);

/// A Varlink error: a qualified name and its parameters. Never holds a secret.
struct VarlinkError {
  std::string name;
  Json parameters = Json::object();
};
using VarlinkReply = std::expected<Json, VarlinkError>;

/// What goes back, NUL included. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string frame_reply(const VarlinkReply& reply);

[[nodiscard]] std::unexpected<VarlinkError> invalid_parameter(std::string_view name);
[[nodiscard]] std::unexpected<VarlinkError> permission_denied(std::string_view reason);
[[nodiscard]] std::unexpected<VarlinkError> method_failed(std::string_view reason);

/// The string parameter `name`, without NULs and at most `limit` bytes; else InvalidParameter.
[[nodiscard]] std::expected<std::string, VarlinkError> text_parameter(const Json& parameters,
                                                                      std::string_view name,
                                                                      std::size_t limit);

}  // namespace usher
