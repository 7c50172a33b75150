// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/store/password_mark.h"

namespace usher {
namespace {

AskedFactor* device_for(Factor factor, LoginPorts& ports) {
  switch (factor) {
    case Factor::password:
      return &ports.password;
    case Factor::otp:
      return &ports.otp;
    case Factor::recovery:
      return &ports.recovery;
    case Factor::publickey:
    case Factor::bypass:
    case Factor::breakglass:
      return nullptr;
  }
  return nullptr;
}

struct Question {
  std::string text;  // "Password or one-time code"
  PromptPurpose purpose = PromptPurpose::other;

  /// Goes on with `more`, in lower case.
  void join(std::string_view word, std::string more) {
    if (!text.empty()) {
      more[0] = static_cast<char>(more[0] | 0x20);
      text += word;
    }
    text += more;
  }
};

Question question_for(const Requirement& requirement, LoginPorts& ports) {
  Question question;
  for (const Factor factor : requirement.any_of) {
    const AskedFactor* device = device_for(factor, ports);
    if (device == nullptr) continue;
    question.join(" or ", std::string(device->label()));
    if (device->purpose() == PromptPurpose::password) question.purpose = PromptPurpose::password;
  }
  return question;
}

std::expected<Secret, DialogueEnd> ask(const Question& question, Dialogue& dialogue) {
  return dialogue.ask(PromptStyle::hidden, question.purpose, question.text + ": ");
}

struct AnswerCheck {
  std::optional<HeldFactor> held;
  std::vector<Effect> effects;
  std::optional<std::string> outdated_hash;
  std::string reason;
  bool no_generator = false;  // a code was wanted, of who can have none
};

/// Whether the factor's answers are wanted for what a generator shows.
bool wants_a_code(const Requirement& requirement) {
  return std::ranges::any_of(requirement.any_of, [](Factor factor) {
    return factor == Factor::otp || factor == Factor::recovery;
  });
}

/// Whether nothing but a code will do.
bool insists_on_a_code(const Requirement& requirement) {
  return std::ranges::all_of(requirement.any_of, [](Factor factor) {
    return factor == Factor::otp || factor == Factor::recovery;
  });
}

/// Takes over what one factor says of the answer; the first that holds counts.
void take(Factor factor, FactorCheck check, bool insists_on_a_code, AnswerCheck& result) {
  if (!result.reason.empty()) result.reason += ", ";
  result.reason += fmt::format("{}: {}", name_of(factor), check.reason);
  if (factor == Factor::otp)
    result.no_generator = insists_on_a_code && check.outcome == FactorCheck::Outcome::not_enrolled;
  if (!check.held() || result.held) return;
  result.held = HeldFactor{.factor = factor, .tie = check.tie};
  result.effects = std::move(check.effects);
  result.outdated_hash = std::move(check.outdated_hash);
}

Result<AnswerCheck> check_one(const GivenAnswer& given, const Claim& claim, Deadline deadline,
                              LoginPorts& ports) {
  AnswerCheck result;
  for (const Factor factor : given.requirement.any_of) {
    AskedFactor* device = device_for(factor, ports);
    if (device == nullptr) continue;
    auto check = device->check(claim.user, given.answer, deadline);
    if (!check) return std::unexpected(std::move(check.error()));
    take(factor, *std::move(check), insists_on_a_code(given.requirement), result);
  }
  if (!wants_a_code(given.requirement)) return result;
  auto bypass = check_lookup_secret(LookupKind::bypass, claim.user, claim.service, given.answer,
                                    ports.store, ports.clock);
  if (!bypass) return std::unexpected(std::move(bypass.error()));
  if (bypass->held())
    take(Factor::bypass, *std::move(bypass), true, result);
  else if (bypass->reason != words_for_none(LookupKind::bypass))
    result.reason += ", " + bypass->reason;
  return result;
}

/// What looking for a break-glass secret among the answers came to.
struct GlassCheck {
  std::optional<FactorCheck> held;
  std::string against;  // why one that is among them does not count; empty where none is
};

Result<GlassCheck> check_glass(const std::vector<GivenAnswer>& answers, const Claim& claim,
                               LoginPorts& ports) {
  GlassCheck result;
  for (const GivenAnswer& given : answers) {
    auto check = check_lookup_secret(LookupKind::breakglass, claim.user, claim.service,
                                     given.answer, ports.store, ports.clock);
    if (!check) return std::unexpected(std::move(check.error()));
    if (!check->held() && check->reason != words_for_none(LookupKind::breakglass))
      result.against = check->reason;
    if (check->held() && !result.held) result.held = *std::move(check);
  }
  return result;
}

/// Whether an answer could be a break-glass secret by its form, on an account that has one.
Result<bool> looks_like_glass(const std::vector<const GivenAnswer*>& unheld, const Claim& claim,
                              LoginPorts& ports) {
  const auto secrets = ports.store.lookup_secrets(claim.user);
  if (!secrets) return std::unexpected(secrets.error());
  if (std::ranges::find(*secrets, LookupKind::breakglass, &LookupSecret::kind) == secrets->end())
    return false;
  return std::ranges::any_of(unheld, [&](const GivenAnswer* given) {
    return hash_of_typed(LookupKind::breakglass, claim.user, given->answer).has_value();
  });
}

Findings broken_glass(FactorCheck check) {
  return {.all_held = true,
          .broke_glass = true,
          .held = {{.factor = Factor::breakglass}},
          .effects = std::move(check.effects),
          .reason = std::move(check.reason)};
}

/// A password whose hash was made at another cost than today's.
struct Outdated {
  const Secret& password;
  std::string hash;
};

/// Failing here is no reason to refuse: the next login tries again.
void renew(std::vector<Outdated> outdated, std::string_view user, Deadline deadline,
           LoginPorts& ports, Findings& findings) {
  for (Outdated& one : outdated) {
    auto renewal = ports.password.renewal(user, one.password, std::move(one.hash), deadline);
    if (!renewal) continue;
    // The same password by another mark from then on.
    for (HeldFactor& held : findings.held)
      if (held.tie.kind == ProofTie::Kind::usher_password)
        held.tie.mark = mark_of_hash(renewal->new_hash);
    findings.effects.emplace_back(std::move(*renewal));
  }
}

}  // namespace

std::expected<std::vector<GivenAnswer>, DialogueEnd> ask_for_all(
    const std::vector<Requirement>& missing, Dialogue& dialogue, LoginPorts& ports) {
  std::vector<GivenAnswer> answers;
  for (const Requirement& requirement : missing) {
    auto answer = ask(question_for(requirement, ports), dialogue);
    if (!answer) return std::unexpected(answer.error());
    answers.push_back({.requirement = requirement, .answer = std::move(*answer)});
  }
  return answers;
}

std::expected<std::vector<GivenAnswer>, DialogueEnd> ask_in_one(
    const std::vector<Requirement>& missing, Dialogue& dialogue, LoginPorts& ports) {
  Question question{.purpose = PromptPurpose::password};
  for (const Requirement& requirement : missing)
    question.join(" and ", question_for(requirement, ports).text);
  const auto whole = ask(question, dialogue);
  if (!whole) return std::unexpected(whole.error());
  std::vector<GivenAnswer> answers;
  for (const Requirement& requirement : missing) {
    answers.push_back({.requirement = requirement, .answer = {}});
    // Where memory is short the answer stays empty, which proves nothing.
    static_cast<void>(answers.back().answer.assign(whole->expose()));
  }
  return answers;
}

Result<Findings> check_all(const std::vector<GivenAnswer>& answers, const Claim& claim,
                           Deadline deadline, LoginPorts& ports) {
  Findings findings{.all_held = !answers.empty()};
  std::vector<Outdated> outdated;
  std::vector<const GivenAnswer*> unheld;
  for (const GivenAnswer& given : answers) {
    auto checked = check_one(given, claim, deadline, ports);
    if (!checked) return std::unexpected(std::move(checked.error()));
    if (!findings.reason.empty()) findings.reason += "; ";
    findings.reason += checked->reason;
    if (question_for(given.requirement, ports).purpose == PromptPurpose::password)
      findings.password_length = checked->held && checked->held->factor == Factor::password
                                     ? static_cast<std::uint16_t>(given.answer.size())
                                     : std::uint16_t{0};
    if (!checked->held) {
      findings.lacks_code_alone = findings.all_held && checked->no_generator;
      findings.all_held = false;
      unheld.push_back(&given);
      continue;
    }
    findings.held.push_back(*checked->held);
    std::ranges::move(checked->effects, std::back_inserter(findings.effects));
    if (checked->outdated_hash)
      outdated.push_back({.password = given.answer, .hash = std::move(*checked->outdated_hash)});
  }
  auto glass = check_glass(answers, claim, ports);
  if (!glass) return std::unexpected(std::move(glass.error()));
  if (glass->held) return broken_glass(*std::move(glass->held));
  if (!glass->against.empty()) findings.reason += "; " + glass->against;
  const auto tried = looks_like_glass(unheld, claim, ports);
  if (!tried) return std::unexpected(tried.error());
  findings.tried_glass = *tried;
  if (findings.all_held) renew(std::move(outdated), claim.user, deadline, ports, findings);
  return findings;
}

}  // namespace usher
