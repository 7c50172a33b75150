// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/enrol_otp.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/factors/otp.h"
#include "daemon/factors/secret_text.h"
#include "daemon/login/commit_change.h"
#include "daemon/login/qr_text.h"
#include "daemon/model/utf8.h"

namespace usher {
namespace {

constexpr int kConfirmations = 3;

/// What the request asks for, with the defaults filled in; or what is wrong with it.
Result<OtpParameters> parameters_of(const ManageRequest& wanted) {
  OtpParameters parameters;
  if (wanted.kind == "HOTP")
    parameters.kind = OtpKind::hotp;
  else if (!wanted.kind.empty() && wanted.kind != "TOTP")
    return failure(fmt::format("\"{}\" is no kind of generator: take TOTP or HOTP", wanted.kind));
  if (!wanted.algorithm.empty()) {
    const auto algorithm = otp_algorithm_named(wanted.algorithm);
    if (!algorithm)
      return failure(
          fmt::format("\"{}\" is no algorithm: take SHA1, SHA256 or SHA512", wanted.algorithm));
    parameters.algorithm = *algorithm;
  }
  if (wanted.digits != 0) parameters.digits = wanted.digits;
  if (parameters.digits < 6 || parameters.digits > 8)
    return failure(fmt::format("codes have 6 to 8 digits, not {}", parameters.digits));
  if (wanted.period != 0) parameters.period = wanted.period;
  if (parameters.period > 3600)
    return failure(fmt::format("a period is 1 to 3600 seconds, not {}", parameters.period));
  return parameters;
}

Result<std::optional<std::string>> reason_against(Hearing& hearing, const std::string& user,
                                                  std::string_view label) {
  if (!is_harmless_line(label)) return "a label holds printable characters only";
  const auto existing = hearing.ports.store.list_otp(user);
  if (!existing) return std::unexpected(existing.error());
  for (const OtpSummary& code : *existing)
    if (code.label == label)
      return fmt::format(
          "there is a code named \"{}\" already: choose another --label, or remove "
          "that one first",
          label);
  if (existing->size() >= kMostCodesPerPerson)
    return fmt::format("{} codes are enrolled, and no more than that are kept: remove one first",
                       existing->size());
  return std::nullopt;
}

/// Shows the seed in every form an app can take it. The last part becomes the prompt itself: what
/// is sent as information alone, some programs hold back until they ask.
Result<SecretText> instructions(const Secret& seed, const Secret& uri, const NewGenerator& wanted) {
  const auto typed = base32_of(seed);
  if (!typed) return std::unexpected(typed.error());
  SecretText text;
  text.append(
          "Scan the code, open the address, or type the secret into your authenticator.\n"
          "  Address: ")
      .append(uri.expose())
      .append("\n  Secret:  ")
      .append(typed->expose())
      .append(wanted.may_skip ? "\nCode it shows now, or Enter to do it later: "
                              : "\nCode it shows now: ");
  if (!text.is_whole()) return failure("the enrolment text does not fit into a prompt");
  return text;
}

std::expected<void, DialogueEnd> show_qr(Hearing& hearing, const Secret& uri) {
  const auto qr = qr_text(uri);
  if (!qr)
    return hearing.dialogue.tell(PromptStyle::info,
                                 "(The QR code would not fit here; use the address below.)");
  return hearing.dialogue.tell(PromptStyle::info, qr->expose());
}

struct Confirmation {
  OfferedGenerator::Outcome outcome = OfferedGenerator::Outcome::no_match;
  std::uint64_t step = 0;  // of the code, where confirmed
};

/// Asks for a code of the new seed until one fits, three times at most.
std::expected<Result<Confirmation>, DialogueEnd> confirm(Hearing& hearing, const Secret& seed,
                                                         const NewGenerator& wanted,
                                                         const SecretText& first_prompt) {
  std::string_view prompt = first_prompt.expose();
  for (int attempt = 0; attempt < kConfirmations; ++attempt) {
    const auto code = hearing.dialogue.ask(PromptStyle::visible, PromptPurpose::other, prompt);
    if (!code) return std::unexpected(code.error());
    if (wanted.may_skip && code->empty())
      return Confirmation{.outcome = OfferedGenerator::Outcome::skipped};
    const auto step =
        matching_step(seed, wanted.parameters, *code, hearing.ports.clock.wall_microseconds());
    if (!step) return Result<Confirmation>(std::unexpected(step.error()));
    if (*step) return Confirmation{.outcome = OfferedGenerator::Outcome::confirmed, .step = **step};
    prompt = "That is not the code it should show. Check the clock of your device.\nCode: ";
  }
  return Confirmation{};
}

}  // namespace

std::expected<Result<OfferedGenerator>, DialogueEnd> offer_generator(Hearing& hearing,
                                                                     const std::string& user,
                                                                     const NewGenerator& wanted) {
  const auto failed = [](const Error& error) {
    return Result<OfferedGenerator>(std::unexpected(error));
  };
  Secret seed = new_seed(wanted.parameters.algorithm);
  const auto uri = otpauth_uri(seed, wanted.parameters, hearing.ports.host.machine_name(), user);
  if (!uri) return failed(uri.error());
  const auto prompt = instructions(seed, *uri, wanted);
  if (!prompt) return failed(prompt.error());

  if (!wanted.before.empty())
    if (const auto told = hearing.dialogue.tell(PromptStyle::info, wanted.before); !told)
      return std::unexpected(told.error());
  if (wanted.qr)
    if (const auto shown = show_qr(hearing, *uri); !shown) return std::unexpected(shown.error());
  const auto confirmed = confirm(hearing, seed, wanted, *prompt);
  if (!confirmed) return std::unexpected(confirmed.error());
  if (!*confirmed) return failed(confirmed->error());
  OfferedGenerator enrolled{.outcome = (*confirmed)->outcome, .added = {}};
  if (enrolled.outcome == OfferedGenerator::Outcome::confirmed)
    enrolled.added = {.user = user,
                      .label = wanted.label,
                      .parameters = wanted.parameters,
                      .seed = std::move(seed),
                      .last_step = (*confirmed)->step};
  return enrolled;
}

Outcome enrol_otp(Hearing& hearing, const std::string& user) {
  const ManageRequest& wanted = hearing.request.manage;
  const std::string label(wanted.label.empty() ? kDefaultCodeLabel
                                               : std::string_view(wanted.label));
  const auto parameters = parameters_of(wanted);
  if (!parameters) return refused_change(parameters.error().message);
  const auto against = reason_against(hearing, user, label);
  if (!against) return internal_failure(against.error().message);
  if (*against) return refused_change(**against);

  auto enrolled = offer_generator(hearing, user,
                                  {.label = label, .parameters = *parameters, .qr = !wanted.plain});
  if (!enrolled) return std::unexpected(enrolled.error());
  if (!*enrolled) return internal_failure(enrolled->error().message);
  if ((*enrolled)->outcome != OfferedGenerator::Outcome::confirmed)
    return refused_change("no code matched: nothing was enrolled");
  std::vector<Effect> effects;
  effects.emplace_back(std::move((*enrolled)->added));
  effects.emplace_back(LeaveNotice{
      .user = user,
      .text = fmt::format("The code \"{}\" was added to yours. If you don't know of it, tell your "
                          "administrator.",
                          label)});
  return commit_change(
      hearing, std::move(effects), fmt::format("code \"{}\" added for {}", label, user),
      fmt::format("a code named \"{}\" was added, or another credential changed, meanwhile",
                  label));
}

}  // namespace usher
