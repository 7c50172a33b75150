// SPDX-License-Identifier: Apache-2.0
// The message, as the app has it (it was never published; those who read such exports agree on it):
//
//   1 repeated generator { 1 secret  2 name  3 issuer  4 algorithm  5 digits  6 type  7 counter }
//   2 version   3 how many parts   4 which part, from 0   5 the number of the export
//
// algorithm: 1 SHA-1, 2 SHA-256, 3 SHA-512, 4 MD5; digits: 1 six, 2 eight; type: 1 HOTP, 2 TOTP, of
// which the period is always 30 seconds.
#include "daemon/interchange/migration.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "daemon/interchange/addresses.h"
#include "daemon/interchange/encodings.h"
#include "daemon/interchange/protobuf.h"
#include "daemon/interchange/words.h"

namespace usher::interchange {
namespace {

constexpr std::string_view kQuery = "offline?data=";
constexpr std::string_view kExportAnew = "export it anew: the address is cut off or damaged";
constexpr std::uint64_t kMostParts = 1'000;

Problem unknown(std::string_view what, std::uint64_t number) {
  return {.message = fmt::format("{} number {} is none that Usher has", what, number),
          .hint = "enrol anew, by `usherctl otp add`"};
}

/// What stands in one generator of an export.
struct Exported {
  std::string_view secret;
  std::string_view name;
  std::string_view issuer;
  std::uint64_t algorithm = 0;
  std::uint64_t digits = 0;
  std::uint64_t type = 0;
  std::uint64_t counter = 0;
};

std::optional<Exported> exported_of(std::string_view message) {
  Exported entry;
  Fields fields(message);
  while (const auto field = fields.next()) {
    if (field->number == 1) entry.secret = field->bytes.value_or("");
    if (field->number == 2) entry.name = field->bytes.value_or("");
    if (field->number == 3) entry.issuer = field->bytes.value_or("");
    if (field->number == 4) entry.algorithm = field->value.value_or(0);
    if (field->number == 5) entry.digits = field->value.value_or(0);
    if (field->number == 6) entry.type = field->value.value_or(0);
    if (field->number == 7) entry.counter = field->value.value_or(0);
  }
  if (fields.is_broken()) return std::nullopt;
  return entry;
}

std::expected<OtpParameters, Problem> parameters_of_entry(const Exported& entry) {
  OtpParameters parameters;
  switch (entry.algorithm) {
    case 0:  // not said
    case 1:
      break;
    case 2:
      parameters.algorithm = OtpAlgorithm::sha256;
      break;
    case 3:
      parameters.algorithm = OtpAlgorithm::sha512;
      break;
    case 4:
      return std::unexpected(Problem{.message = "its algorithm is MD5, which Usher does not have",
                                     .hint = "enrol anew, by `usherctl otp add`"});
    default:
      return std::unexpected(unknown("algorithm", entry.algorithm));
  }
  if (entry.digits > 2) return std::unexpected(unknown("the choice of digits", entry.digits));
  if (entry.digits == 2) parameters.digits = 8;
  if (entry.type != 1 && entry.type != 2) return std::unexpected(unknown("type", entry.type));
  if (entry.type == 1) parameters.kind = OtpKind::hotp;
  return parameters;
}

/// "Example:ada" repeats the issuer where the entry has that as well.
std::string_view account_of(const Exported& entry) {
  std::string_view account = entry.name;
  if (entry.issuer.empty() || !account.starts_with(entry.issuer)) return account;
  account.remove_prefix(entry.issuer.size());
  if (!account.starts_with(':')) return entry.name;
  account.remove_prefix(1);
  while (account.starts_with(' ')) account.remove_prefix(1);
  return account;
}

void take_entry(std::string_view message, Place at, Gathering& into) {
  const auto entry = exported_of(message);
  if (!entry)
    return into.mistake(
        at, {.message = "a generator in this export is damaged", .hint = std::string(kExportAnew)});
  auto parameters = parameters_of_entry(*entry);
  if (!parameters) return into.mistake(at, std::move(parameters.error()));
  ImportedCode code{.account = std::string(account_of(*entry)),
                    .label = label_of(entry->issuer, account_of(*entry)),
                    .parameters = *parameters};
  if (!code.seed.assign(entry->secret))
    return into.mistake(
        at, {.message = "the secret is too long, or there is no memory for it", .hint = {}});
  if (parameters->kind == OtpKind::hotp) code.last_step = spent_before(entry->counter);
  into.take(at, std::move(code));
}

/// The message in an address; or what is wrong with it.
std::expected<SecretBytes, Problem> message_in(std::string_view address) {
  const Problem damaged{.message = "this is no export of Google Authenticator, or not all of it",
                        .hint = std::string(kExportAnew)};
  address.remove_prefix(kMigrationScheme.size());
  if (!address.starts_with(kQuery)) return std::unexpected(damaged);
  address.remove_prefix(kQuery.size());
  const auto text = percent_decoded(address);
  if (!text) return std::unexpected(damaged);
  auto message = base64_decoded(text->expose());
  if (!message || message->expose().empty()) return std::unexpected(damaged);
  return *std::move(message);
}

}  // namespace

void MigrationExport::read(const Line& line, Gathering& into) {
  const auto message = message_in(line.text);
  if (!message) return into.mistake({.line = line.number}, message.error());
  read_message(message->expose(), line.number, into);
}

void MigrationExport::read_message(std::string_view message, unsigned line, Gathering& into) {
  // Looked through before anything of it is taken: a part that is cut off may hold entries that are
  // whole, and the count of parts comes last.
  Fields whole(message);
  std::uint64_t parts = 1;
  std::uint64_t part = 0;
  std::uint64_t number = 0;
  while (const auto field = whole.next()) {
    if (field->number == 3) parts = field->value.value_or(parts);
    if (field->number == 4) part = field->value.value_or(part);
    if (field->number == 5) number = field->value.value_or(number);
  }
  if (whole.is_broken() || parts > kMostParts || part >= std::max<std::uint64_t>(parts, 1))
    return into.mistake({.line = line}, {.message = "this export is damaged, or not all of it",
                                         .hint = std::string(kExportAnew)});
  const auto [of, is_first] =
      exports_.try_emplace(number, Parts{.wanted = parts, .seen = {}, .first_line = line});
  if (!of->second.seen.insert(part).second && parts > 1)
    return into.mistake({.line = line}, {.message = fmt::format("part {} of this export was there "
                                                                "before",
                                                                part + 1),
                                         .hint = "scan the part that comes next"});
  Fields fields(message);
  while (const auto field = fields.next())
    if (field->number == 1 && field->bytes) take_entry(*field->bytes, {.line = line}, into);
}

void MigrationExport::finish(Gathering& into) const {
  for (const auto& [number, parts] : exports_)
    if (parts.seen.size() < parts.wanted)
      into.mistake({.line = parts.first_line},
                   {.message = fmt::format("of the {} parts of this export, {} are here",
                                           parts.wanted, parts.seen.size()),
                    .hint = "scan all of them, and put each on a line of its own"});
}

}  // namespace usher::interchange
