// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/one_field.h"

#include <algorithm>
#include <cstddef>

#include "daemon/factors/lookup_secret.h"

namespace usher {
namespace {

bool may_be(const Requirement& requirement, Factor factor) {
  return std::ranges::find(requirement.any_of, factor) != requirement.any_of.end();
}

/// A password without its code would be wanted where `missing` is longer, the code alone where it
/// is shorter; an answer that may be either has no end to cut off.
bool wants_password_and_code(const Requirement& one, const Requirement& other) {
  return may_be(one, Factor::password) && !may_be(one, Factor::otp) && may_be(other, Factor::otp) &&
         !may_be(other, Factor::password);
}

/// sshd says what it verified, if only that it was nothing, wherever it asks in prompts of ours. In
/// its password method it does not, and gives every prompt the one password that was typed.
bool is_password_method(const Request& request, const RuleSet& rules) {
  return request.caller.trusted && !request.auth_info_set &&
         lists(rules.services.self_verifying, request.service);
}

Result<std::size_t> digits_of(std::string_view user, Store& store) {
  const auto codes = store.list_otp(user);
  if (!codes) return std::unexpected(codes.error());
  return codes->empty() ? OtpParameters{}.digits : codes->front().parameters.digits;
}

/// A look-up secret as it was shown: six groups of four, and hyphens between them.
constexpr std::size_t kShownSecret = 29;

bool is_shown_secret(std::string_view text) {
  if (text.size() != kShownSecret) return false;
  for (std::size_t at = 0; at < text.size(); ++at)
    if ((at % 5 == 4) != (text[at] == '-')) return false;
  Secret typed;
  return typed.assign(text) && hash_of_typed(LookupKind::recovery, {}, typed).has_value();
}

/// How much of the end stands for the code: as many digits as theirs have, or the whole of a
/// recovery code or bypass.
std::size_t length_of_code(std::string_view text, std::size_t digits) {
  if (text.size() > kShownSecret && is_shown_secret(text.substr(text.size() - kShownSecret)))
    return kShownSecret;
  return std::min(text.size(), digits);
}

}  // namespace

bool has_one_field(const Hearing& hearing, const Decision& decision) {
  const auto& missing = decision.missing;
  if (missing.size() != 2 || (!wants_password_and_code(missing[0], missing[1]) &&
                              !wants_password_and_code(missing[1], missing[0])))
    return false;
  return decision.rule->prompt == PromptLayout::combined ||
         lists(hearing.rules.services.one_field, hearing.request.service) ||
         is_password_method(hearing.request, hearing.rules);
}

Result<void> take_apart(std::vector<GivenAnswer>& answers, std::string_view user, Store& store) {
  if (answers.size() != 2 || !answers[0].answer.equals(answers[1].answer.expose())) return {};
  const bool in_order = wants_password_and_code(answers[0].requirement, answers[1].requirement);
  if (!in_order && !wants_password_and_code(answers[1].requirement, answers[0].requirement))
    return {};
  const auto digits = digits_of(user, store);
  if (!digits) return std::unexpected(digits.error());

  Secret& password = answers[in_order ? 0 : 1].answer;
  Secret& code = answers[in_order ? 1 : 0].answer;
  Secret whole;
  if (!whole.assign(password.expose())) return failure("no memory for an answer");
  const std::string_view text = whole.expose();
  // A break-glass secret stands for both.
  if (is_shown_secret(text)) return {};
  const std::size_t end = text.size() - length_of_code(text, *digits);
  if (!password.assign(text.substr(0, end)) || !code.assign(text.substr(end)))
    return failure("no memory for an answer");
  return {};
}

}  // namespace usher
