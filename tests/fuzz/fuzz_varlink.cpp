// SPDX-License-Identifier: Apache-2.0
// Any bytes as a call to usherd and as a reply to usherctl: nothing but an object of the right form
// is either, and what goes back is one frame that the other end can read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ctl/control_reply.h"
#include "daemon/control/varlink.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

/// What the other end reads of the frame.
std::expected<Json, ctl::ControlFailure> sent(const VarlinkReply& reply) {
  const std::string frame = frame_reply(reply);
  require(frame.find('\0') == frame.size() - 1);
  auto read = ctl::read_reply(std::string_view(frame).substr(0, frame.size() - 1));
  require(read || read.error().kind == ctl::ControlFailure::Kind::refused);
  return read;
}

void check_call(std::string_view text) {
  const auto call = parse_call(text);
  if (!call) return;
  require(call->parameters.is_object());
  const auto returned = sent(call->parameters);
  require(returned && returned->size() == call->parameters.size());
  require(sent(std::unexpected(VarlinkError{.name = call->method})).has_value() == false);

  constexpr std::size_t kLimit = 16;
  for (const auto& [name, value] : call->parameters.items()) {
    const auto parameter = text_parameter(call->parameters, name, kLimit);
    require(!parameter || (value.is_string() && parameter->size() <= kLimit));
    require(!parameter || !parameter->contains('\0'));
    require(parameter || !sent(std::unexpected(parameter.error())));
  }
}

void check_reply(std::string_view text) {
  const auto reply = ctl::read_reply(text);
  if (reply) return require(reply->is_object());
  const ctl::ControlFailure& failure = reply.error();
  require(failure.parameters.is_object());
  require(failure.kind == ctl::ControlFailure::Kind::refused ||
          failure.kind == ctl::ControlFailure::Kind::malformed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_call(text);
  check_reply(text);
  return 0;
}
