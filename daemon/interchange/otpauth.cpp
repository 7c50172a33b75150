// SPDX-License-Identifier: Apache-2.0
// Addresses, one a line, as they are in the QR codes that apps scan: "otpauth://totp/Example:ada
// ?secret=...&issuer=Example" (the wiki of google-authenticator, "Key Uri Format"), and exports.
// Blank lines and those that begin with # are passed over.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "daemon/config/text.h"
#include "daemon/interchange/addresses.h"
#include "daemon/interchange/encodings.h"
#include "daemon/interchange/migration.h"
#include "daemon/interchange/readers.h"
#include "daemon/interchange/seed.h"
#include "daemon/interchange/words.h"
#include "usher/message.h"

namespace usher::interchange {
namespace {

// Others (image, color) are for apps.
constexpr std::array<std::string_view, 7> kParameters = {"secret", "issuer",  "algorithm", "digits",
                                                         "period", "counter", "encoder"};

/// One otpauth:// address, on its way to a code.
class Address {
 public:
  Address(const Line& line, Gathering& into) : line_(&line), into_(&into) {}

  void read() {
    const std::string_view rest = line_->text.substr(kOtpauthScheme.size());
    const std::size_t query = std::min(rest.find('?'), rest.size());
    const std::string_view path = rest.substr(0, query);
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (!read_parameters(rest.substr(std::min(query + 1, rest.size()))) ||
        !read_kind(path.substr(0, slash)) || !read_numbers() || !read_algorithm() ||
        !read_names(path.substr(std::min(slash + 1, path.size()))) || !read_secret())
      return;
    into_->take(at(line_->text), std::move(code_));
  }

 private:
  bool read_parameters(std::string_view query) {
    while (!query.empty()) {
      const std::size_t end = std::min(query.find('&'), query.size());
      const std::string_view parameter = query.substr(0, end);
      query.remove_prefix(std::min(end + 1, query.size()));
      const std::size_t equals = std::min(parameter.find('='), parameter.size());
      for (std::size_t i = 0; i < kParameters.size(); ++i) {
        if (!same_word(parameter.substr(0, equals), kParameters[i])) continue;
        if (values_[i])
          return mistake(parameter, {.message = fmt::format("{}= is there twice", kParameters[i]),
                                     .hint = "take out the one that is wrong"});
        values_[i] = parameter.substr(std::min(equals + 1, parameter.size()));
      }
    }
    return true;
  }

  bool read_kind(std::string_view kind) {
    if (same_word(kind, "steam") || !value_of("encoder").empty())
      return mistake(kind, {.message = "its codes are no digits (Steam and the like), which Usher "
                                       "does not have",
                            .hint = "enrol anew, by `usherctl otp add`"});
    if (same_word(kind, "hotp")) code_.parameters.kind = OtpKind::hotp;
    if (same_word(kind, "totp") || same_word(kind, "hotp")) return true;
    return mistake(kind, {.message = "this is no kind of code that Usher has",
                          .hint = "it may be totp or hotp"});
  }

  bool read_numbers() {
    if (!read_number("digits", code_.parameters.digits)) return false;
    if (code_.parameters.kind == OtpKind::totp)
      return read_number("period", code_.parameters.period);
    const auto counter = number_of(value_of("counter"));
    if (!counter || *counter > kMostSteps)
      return mistake(value_of("counter"),
                     {.message = "a counter is missing, or is no number, or out of range",
                      .hint = "a hotp address has &counter=N, the counter of the code to come"});
    code_.last_step = spent_before(*counter);
    return true;
  }

  bool read_number(const char* name, unsigned& into) {
    const std::string_view value = value_of(name);
    if (value.empty()) return true;
    const auto number = small_number_of(value);
    if (!number)
      return mistake(value, {.message = fmt::format("what stands behind {}= is no number", name),
                             .hint = "the address is damaged: copy it anew"});
    into = *number;
    return true;
  }

  bool read_algorithm() {
    const std::string_view value = value_of("algorithm");
    if (value.empty()) return true;
    const auto algorithm = algorithm_of(value);
    if (!algorithm)
      return mistake(value, {.message = "this is no algorithm that Usher has",
                             .hint = "it may be SHA1, SHA256 or SHA512"});
    code_.parameters.algorithm = *algorithm;
    return true;
  }

  bool read_names(std::string_view encoded) {
    const auto label = percent_decoded(encoded);
    const auto named = percent_decoded(value_of("issuer"));
    if (!label || !named)
      return mistake(encoded, {.message = "the names in this address are not percent-encoded",
                               .hint = "the address is damaged: copy it anew"});
    std::string_view account = label->expose();
    std::string_view issuer = named->expose();
    if (const std::size_t colon = account.find(':'); colon != std::string_view::npos) {
      if (issuer.empty()) issuer = account.substr(0, colon);
      account.remove_prefix(colon + 1);
      while (account.starts_with(' ')) account.remove_prefix(1);
    }
    code_.account = std::string(account);
    code_.label = label_of(issuer, account);
    return true;
  }

  bool read_secret() {
    const std::string_view encoded = value_of("secret");
    const auto text = percent_decoded(encoded);
    if (!text)
      return mistake(encoded, {.message = "the secret in this address is not percent-encoded",
                               .hint = "the address is damaged: copy it anew"});
    auto seed = seed_of_base32(text->expose());
    if (!seed) return mistake(encoded, std::move(seed.error().problem));
    code_.seed = *std::move(seed);
    return true;
  }

  /// What stands behind `name`=; nothing where it is not there.
  [[nodiscard]] std::string_view value_of(std::string_view name) const {
    for (std::size_t i = 0; i < kParameters.size(); ++i)
      if (kParameters[i] == name) return values_[i].value_or("");
    return {};
  }

  /// Where `part`, which lies in the line, begins.
  [[nodiscard]] Place at(std::string_view part) const {
    const bool inside =
        part.data() >= line_->text.data() && part.data() <= line_->text.data() + line_->text.size();
    const auto offset = inside ? static_cast<std::size_t>(part.data() - line_->text.data()) : 0;
    return {.line = line_->number, .column = column_in(line_->text, offset)};
  }

  bool mistake(std::string_view part, Problem problem) {
    into_->mistake(at(part), std::move(problem));
    return false;
  }

  const Line* line_;
  Gathering* into_;
  ImportedCode code_;
  std::array<std::optional<std::string_view>, kParameters.size()> values_;
};

}  // namespace

bool has_scheme(std::string_view text, std::string_view scheme) {
  return same_word(text.substr(0, scheme.size()), scheme);
}

std::string label_of(std::string_view issuer, std::string_view account) {
  if (issuer.empty()) return std::string(account);
  const bool fits = issuer.size() + 1 + account.size() <= kMaxLabel;
  if (account.empty() || !fits) return std::string(issuer);
  return fmt::format("{}:{}", issuer, account);
}

void read_otpauth(std::string_view content, Gathering& into) {
  MigrationExport migration;
  Lines lines(content);
  while (into.goes_on()) {
    const auto line = lines.next();
    if (!line) break;
    if (!check_line(*line, into)) continue;
    const Line address{.text = config::trimmed(line->text), .number = line->number};
    if (address.text.empty() || address.text.starts_with('#')) continue;
    if (has_scheme(address.text, kMigrationScheme))
      migration.read(address, into);
    else if (has_scheme(address.text, kOtpauthScheme))
      Address(address, into).read();
    else
      into.mistake({.line = line->number},
                   {.message = "this is no address that begins with otpauth:// or "
                               "otpauth-migration://",
                    .hint = "put one address on each line, with nothing else"});
  }
  migration.finish(into);
}

}  // namespace usher::interchange
