// SPDX-License-Identifier: Apache-2.0
// One reader for each format. What each is about stands at the top of its file.
#pragma once

#include <string_view>

#include "daemon/interchange/gathering.h"
#include "daemon/interchange/lines.h"

namespace usher::interchange {

void read_google_authenticator(std::string_view content, Gathering& into);
void read_users_oath(std::string_view content, Gathering& into);
void read_otpauth(std::string_view content, Gathering& into);
void read_csv(std::string_view content, Gathering& into);

}  // namespace usher::interchange
