// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/commit_change.h"

#include <utility>

namespace usher {

VerdictResult commit_change(Hearing& hearing, std::vector<Effect> effects, std::string done,
                            std::string conflict) {
  if (hearing.proven_credentials) effects.emplace(effects.begin(), *hearing.proven_credentials);
  const auto committed = hearing.ports.store.commit(effects);
  if (!committed) return internal_failure("not committed: " + committed.error().message);
  if (*committed != CommitOutcome::committed) return refused_change(std::move(conflict));
  return VerdictResult::accept(std::move(done));
}

VerdictResult commit_change(Hearing& hearing, Effect effect, std::string done,
                            std::string conflict) {
  std::vector<Effect> effects;
  effects.push_back(std::move(effect));
  return commit_change(hearing, std::move(effects), std::move(done), std::move(conflict));
}

}  // namespace usher
