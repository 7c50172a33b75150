// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/prove_oneself.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/login/loud_factors.h"
#include "daemon/login/questions.h"
#include "daemon/store/password_mark.h"

namespace usher {
namespace {

/// All that the person has to prove themselves with, now.
Result<ExpectCredentials> credentials_of(Store& store, const std::string& user) {
  auto hash = store.password_hash(user);
  if (!hash) return std::unexpected(std::move(hash.error()));
  const auto codes = store.list_otp(user);
  if (!codes) return std::unexpected(codes.error());
  const auto recovery = recovery_codes_left(user, store);
  if (!recovery) return std::unexpected(recovery.error());
  ExpectCredentials all{.user = user, .hash = std::move(*hash), .otp = {}, .recovery = *recovery};
  for (const OtpSummary& code : *codes) all.otp.push_back(code.id);
  return all;
}

/// Whether `user` has a password in /etc/shadow that counts, or may have one.
Result<bool> has_system_password(Hearing& hearing, const std::string& user) {
  if (!hearing.ports.keeper.configured()) return false;
  const auto state = hearing.ports.keeper.account_state(user, hearing.dialogue.deadline());
  if (!state) return std::unexpected(state.error());
  return *state != AccountState::unknown;
}

/// The strongest set of factors the person has: a password, and a code of a generator or, in place
/// of a lost one, a recovery code.
std::vector<Requirement> strongest_set(const ExpectCredentials& credentials, bool system_password) {
  std::vector<Requirement> wanted;
  if (credentials.hash || system_password) wanted.push_back({.any_of = {Factor::password}});
  Requirement code;
  if (!credentials.otp.empty()) code.any_of.push_back(Factor::otp);
  if (credentials.recovery > 0) code.any_of.push_back(Factor::recovery);
  if (!code.any_of.empty()) wanted.push_back(std::move(code));
  return wanted;
}

/// What the person has once `effects` are committed: a renewed hash is still their password, and a
/// recovery code is gone.
ExpectCredentials after(ExpectCredentials credentials, const std::vector<Effect>& effects,
                        bool recovery_used) {
  for (const Effect& effect : effects) {
    if (const auto* renewal = std::get_if<RehashPassword>(&effect))
      credentials.hash = renewal->new_hash;
    if (std::holds_alternative<SpendLookupSecret>(effect) && recovery_used) --credentials.recovery;
  }
  return credentials;
}

/// Whether a proof is of what the person has now.
bool holds(const EarnedProof& proof, const ExpectCredentials& has) {
  switch (proof.tie.kind) {
    case ProofTie::Kind::usher_password:
      return has.hash && mark_of_hash(*has.hash) == proof.tie.mark;
    case ProofTie::Kind::otp:
      return std::ranges::find(has.otp, proof.tie.otp) != has.otp.end();
    case ProofTie::Kind::nothing:
      // Used up with it. What an administrator gave out changes no credentials.
      return proof.factor == Factor::recovery;
    case ProofTie::Kind::system_password:
      break;
  }
  return false;
}

/// Takes out of `wanted` what was proven already, and tells which factors that were.
std::vector<Factor> take_out_proven(std::vector<Requirement>& wanted,
                                    std::span<const EarnedProof> proven,
                                    const ExpectCredentials& has) {
  std::vector<Factor> factors;
  std::erase_if(wanted, [&](const Requirement& requirement) {
    const auto by = std::ranges::find_if(proven, [&](const EarnedProof& proof) {
      return proof.user == has.user && holds(proof, has) &&
             std::ranges::find(requirement.any_of, proof.factor) != requirement.any_of.end();
    });
    if (by == proven.end()) return false;
    factors.push_back(by->factor);
    return true;
  });
  return factors;
}

VerdictResult not_proven(std::string reason) {
  return VerdictResult::deny(PAM_AUTH_ERR, std::move(reason), "That did not prove that it is you.");
}

bool holds(const Findings& findings, Factor factor) {
  return std::ranges::find(findings.held, factor, &HeldFactor::factor) != findings.held.end();
}

}  // namespace

Outcome prove_oneself(Hearing& hearing, const std::string& user,
                      std::span<const EarnedProof> proven) {
  const auto has = credentials_of(hearing.ports.store, user);
  if (!has) return internal_failure(has.error().message);
  const auto system_password = has_system_password(hearing, user);
  if (!system_password) return internal_failure(system_password.error().message);
  std::vector<Requirement> wanted = strongest_set(*has, *system_password);
  if (wanted.empty())
    return refused_change(
        "there is nothing yet that you could prove yourself with: ask an administrator "
        "to set your password");
  hearing.event.held = take_out_proven(wanted, proven, *has);
  if (wanted.empty()) {
    hearing.proven_credentials = *has;
    return VerdictResult::accept("all of it was proven in this transaction");
  }
  for (const Requirement& requirement : wanted)
    std::ranges::copy(requirement.any_of, std::back_inserter(hearing.event.asked));
  const auto answers = ask_for_all(wanted, hearing.dialogue, hearing.ports);
  if (!answers) return std::unexpected(answers.error());
  auto findings = check_all(*answers, {.user = user, .service = hearing.request.service},
                            hearing.dialogue.deadline(), hearing.ports);
  if (!findings) return internal_failure(findings.error().message);
  for (const HeldFactor& held : findings->held) hearing.event.held.push_back(held.factor);
  hearing.tried_glass = findings->tried_glass || findings->broke_glass;
  if (!findings->all_held) return not_proven(std::move(findings->reason));
  // Whoever opened the envelope, or was helped in, may log in, but not settle there.
  if (findings->broke_glass || holds(*findings, Factor::bypass))
    return not_proven("what an administrator gave out is for logins, and changes no credentials");

  const bool recovery_used = holds(*findings, Factor::recovery);
  hearing.proven_credentials = after(*has, findings->effects, recovery_used);
  std::ranges::move(notices_of_use(hearing, user, findings->held),
                    std::back_inserter(findings->effects));
  findings->effects.insert(findings->effects.begin(), *has);
  const auto committed = hearing.ports.store.commit(findings->effects);
  // Told as wrong answers are; see lost_success.
  if (!committed) return not_proven("not committed: " + committed.error().message);
  if (*committed != CommitOutcome::committed)
    return not_proven("the code was spent, or a credential changed, at the same moment");
  return VerdictResult::accept(std::move(findings->reason));
}

}  // namespace usher
