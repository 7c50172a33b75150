// SPDX-License-Identifier: Apache-2.0
#include "ctl/contents_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace usher::ctl {

std::string text_of(const StoreContents& contents) {
  return fmt::format("{}, {} and {}", counted(contents.passwords, "password", "passwords"),
                     counted(contents.generators, "generator of codes", "generators of codes"),
                     counted(contents.secrets, "recovery, bypass or break-glass code",
                             "recovery, bypass and break-glass codes"));
}

Json json_of(const StoreContents& contents) {
  return {{"passwords", contents.passwords},
          {"generators", contents.generators},
          {"secrets", contents.secrets}};
}

}  // namespace usher::ctl
