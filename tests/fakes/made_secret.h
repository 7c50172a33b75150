// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "usher/secret.h"

namespace usher::testing {

inline Secret secret(std::string_view bytes) {
  Secret made;
  EXPECT_TRUE(made.assign(bytes));
  return made;
}

}  // namespace usher::testing
