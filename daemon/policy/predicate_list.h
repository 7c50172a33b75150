// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/policy/predicates.h"

namespace usher::policy {

// Each stands in the file of its question: who, where, when.
extern const Predicate kService;
extern const Predicate kUser;
extern const Predicate kGroup;
extern const Predicate kFrom;
extern const Predicate kNotFrom;
extern const Predicate kTty;
extern const Predicate kHours;

}  // namespace usher::policy
