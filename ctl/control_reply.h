// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "ctl/output.h"

namespace usher::ctl {

/// Why a call brought no result.
struct ControlFailure {
  enum class Kind : std::uint8_t {
    unreachable = 1,  // nobody listens, or nobody may connect
    untrusted,        // somebody listens who should not
    timed_out,        // no whole reply in time
    hung_up,          // the connection ended before a whole reply
    malformed,        // what came is not a reply
    refused,          // an error of the interface
  };
  Kind kind{};
  std::string detail;  // unreachable: in words; refused: the qualified name of the error
  Json parameters = Json::object();  // refused: what comes with it
};

/// The parameters, an object, of a reply as https://varlink.org/Method-Call has it, `text` being
/// all before its NUL; or the error that it is, or that it is none.
[[nodiscard]] std::expected<Json, ControlFailure> read_reply(std::string_view text);

}  // namespace usher::ctl
