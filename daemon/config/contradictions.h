// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config/config.h"
#include "daemon/config/document.h"

namespace usher::config {

/// Reports settings, each right by itself, that can't stand together. `settings` is what `document`
/// was read to, defaults filled in.
void report_contradictions(Document& document, const Settings& settings);

}  // namespace usher::config
