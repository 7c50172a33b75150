// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace usher {

/// The content of org.usher.control.varlink.
extern const std::string_view kControlInterfaceText;

/// The interface that every Varlink service has.
inline constexpr std::string_view kServiceInterfaceText =
    R"(# What any Varlink service tells about itself.
interface org.varlink.service

method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)
error MethodNotFound (method: string)
error MethodNotImplemented (method: string)
error InvalidParameter (parameter: string)
)";

}  // namespace usher
