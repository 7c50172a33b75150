// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/one_field.h"

#include <algorithm>
#include <cstddef>

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
  const std::size_t end = text.size() - std::min(text.size(), *digits);
  if (!password.assign(text.substr(0, end)) || !code.assign(text.substr(end)))
    return failure("no memory for an answer");
  return {};
}

}  // namespace usher
