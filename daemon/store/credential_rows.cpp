// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/credential_rows.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

#include "daemon/store/must.h"
#include "daemon/store/otp_columns.h"

namespace usher {
namespace {

/// Older ones of a person who does not log in give way: the audit log has them all.
constexpr std::int64_t kMostNotices = 100;

std::int64_t seconds_now() {
  using std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
  return floor<seconds>(system_clock::now()).time_since_epoch().count();
}

std::int64_t stored_step(std::uint64_t step) {
  if (step > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw std::runtime_error("a time step is out of range");
  return static_cast<std::int64_t>(step);
}

std::string service_lines(const std::vector<std::string>& services) {
  std::string lines;
  for (const std::string& service : services) {
    if (!lines.empty()) lines += '\n';
    lines += service;
  }
  return lines;
}

std::vector<std::string> services_in(std::string_view lines) {
  std::vector<std::string> services;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    services.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return services;
}

// A look-up secret in the first nine columns.
LookupSecret read_secret(const Query& row) {
  LookupSecret secret{.id = row.integer(0),
                      .kind = static_cast<LookupKind>(row.integer(1)),
                      .services = services_in(row.text(3)),
                      .expires = row.integer_or_null(4),
                      .uses_left = static_cast<std::uint32_t>(row.integer(5)),
                      .issued = row.integer(6),
                      .issued_by = row.text(7),
                      .last_used = row.integer(8)};
  const auto hash = row.blob(2);
  std::ranges::copy_n(hash.begin(), static_cast<std::ptrdiff_t>(secret.hash.size()),
                      secret.hash.begin());
  return secret;
}

bool is_usable_recovery(const LookupSecret& secret) {
  return secret.kind == LookupKind::recovery && secret.uses_left > 0;
}

}  // namespace

// Passwords

bool CredentialRows::set_password(const SetPassword& wanted) {
  const auto before = hash_of(wanted.user);
  if (wanted.expected && before != wanted.expected->hash) return false;
  if (before) remember_password(wanted.user, *before, wanted.remember);
  database_
      .query(
          "INSERT INTO password (user, hash, changed, must_change) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, changed = excluded.changed, "
          "must_change = excluded.must_change")
      .bind(wanted.user)
      .bind(wanted.hash)
      .bind(seconds_now())
      .bind(std::int64_t{wanted.must_change ? 1 : 0})
      .run();
  return changed_one();
}

void CredentialRows::remember_password(const std::string& user, const std::string& hash,
                                       unsigned most) {
  database_.query("INSERT INTO former_password (user, hash) VALUES (?, ?)")
      .bind(user)
      .bind(hash)
      .run();
  database_
      .query(
          "DELETE FROM former_password WHERE user = ? AND number NOT IN "
          "(SELECT number FROM former_password WHERE user = ? ORDER BY number DESC LIMIT ?)")
      .bind(user)
      .bind(user)
      .bind(std::int64_t{most})
      .run();
}

// Where the password changed since it was checked, what was proven is no longer the password.
bool CredentialRows::renew_hash(const RehashPassword& wanted) {
  database_.query("UPDATE password SET hash = ? WHERE user = ? AND hash = ?")
      .bind(wanted.new_hash)
      .bind(wanted.user)
      .bind(wanted.old_hash)
      .run();
  return changed_one();
}

bool CredentialRows::expire_password(const ExpirePassword& wanted) {
  database_.query("UPDATE password SET must_change = 1 WHERE user = ?").bind(wanted.user).run();
  return changed_one();
}

std::optional<std::string> CredentialRows::hash_of(std::string_view user) const {
  Query row = database_.query("SELECT hash FROM password WHERE user = ?");
  if (!row.bind(user).step()) return std::nullopt;
  return row.text(0);
}

bool CredentialRows::must_change_password(std::string_view user) const {
  Query row = database_.query("SELECT must_change FROM password WHERE user = ?");
  return row.bind(user).step() && row.integer(0) != 0;
}

std::vector<std::string> CredentialRows::former_hashes(std::string_view user) const {
  Query row = database_.query("SELECT hash FROM former_password WHERE user = ? ORDER BY number");
  row.bind(user);
  std::vector<std::string> hashes;
  while (row.step()) hashes.push_back(row.text(0));
  return hashes;
}

// Generators

bool CredentialRows::spend_code(const SpendOtp& wanted) {
  const std::int64_t step = stored_step(wanted.step);
  database_
      .query(
          "UPDATE otp SET last_step = ?, drift = ?, last_used = ? "
          "WHERE id = ? AND (last_step IS NULL OR last_step < ?)")
      .bind(step)
      .bind(std::int64_t{std::clamp(wanted.drift, -kMostDrift, kMostDrift)})
      .bind(seconds_now())
      .bind(wanted.credential)
      .bind(step)
      .run();
  return changed_one();
}

bool CredentialRows::add_generator(const AddOtp& wanted) {
  const auto& [kind, algorithm, digits, period] = wanted.parameters;
  const auto sealed =
      must(sealer().seal(wanted.seed, {wanted.user, wanted.label, wanted.parameters}));
  Query row = database_.query(
      "INSERT INTO otp (user, label, kind, algorithm, digits, period, sealed_seed, created, "
      "last_used, last_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?) "
      "ON CONFLICT (user, label) DO NOTHING");
  row.bind(wanted.user)
      .bind(wanted.label)
      .bind(static_cast<std::int64_t>(kind))
      .bind(static_cast<std::int64_t>(algorithm))
      .bind(std::int64_t{digits})
      .bind(std::int64_t{period})
      .bind(sealed)
      .bind(seconds_now());
  if (wanted.last_step)
    row.bind(stored_step(*wanted.last_step));
  else
    row.bind_null();
  row.run();
  if (!changed_one()) return false;
  database_.query("INSERT INTO enrolled (user, since) VALUES (?, ?) ON CONFLICT (user) DO NOTHING")
      .bind(wanted.user)
      .bind(seconds_now())
      .run();
  return true;
}

bool CredentialRows::remove_generator(const RemoveOtp& wanted) {
  database_.query("DELETE FROM otp WHERE user = ? AND label = ?")
      .bind(wanted.user)
      .bind(wanted.label)
      .run();
  return changed_one();
}

// The seal is bound to the label, so a generator of another label is sealed anew.
bool CredentialRows::rename_generator(const RenameOtp& wanted) {
  Query row = database_.query(
      "SELECT id, kind, algorithm, digits, period, sealed_seed FROM otp "
      "WHERE user = ? AND label = ? AND NOT EXISTS "
      "(SELECT 1 FROM otp AS other WHERE other.user = otp.user AND other.label = ?)");
  if (!row.bind(wanted.user).bind(wanted.label).bind(wanted.new_label).step()) return false;
  const OtpParameters parameters = otp_parameters_in(row, 1);
  const Secret seed = must(sealer().unseal(row.blob(5), {wanted.user, wanted.label, parameters}));
  const auto sealed = must(sealer().seal(seed, {wanted.user, wanted.new_label, parameters}));
  database_.query("UPDATE otp SET label = ?, sealed_seed = ? WHERE id = ?")
      .bind(wanted.new_label)
      .bind(sealed)
      .bind(row.integer(0))
      .run();
  return changed_one();
}

void CredentialRows::reopen_enrolment(const ReopenEnrolment& wanted) {
  database_.query("DELETE FROM enrolled WHERE user = ?").bind(wanted.user).run();
}

std::vector<std::int64_t> CredentialRows::generator_ids(std::string_view user) const {
  Query row = database_.query("SELECT id FROM otp WHERE user = ? ORDER BY id");
  row.bind(user);
  std::vector<std::int64_t> ids;
  while (row.step()) ids.push_back(row.integer(0));
  return ids;
}

std::vector<OtpCredential> CredentialRows::generators(std::string_view user) const {
  // One statement, so one look at the store: the seeds, and the key that they are sealed with.
  Query row = database_.query(
      "SELECT id, label, kind, algorithm, digits, period, sealed_seed, last_step, drift, "
      "(SELECT key_id FROM store) FROM otp WHERE user = ? ORDER BY id");
  row.bind(user);
  std::vector<OtpCredential> found;
  while (row.step()) {
    OtpCredential credential{
        .id = row.integer(0), .label = row.text(1), .parameters = otp_parameters_in(row, 2)};
    credential.seed =
        must(sealer_.of(key_id_in(row, 9))
                 .unseal(row.blob(6), {user, credential.label, credential.parameters}));
    if (const auto step = row.integer_or_null(7))
      credential.last_step = static_cast<std::uint64_t>(*step);
    credential.drift = static_cast<int>(row.integer(8));
    found.push_back(std::move(credential));
  }
  return found;
}

std::vector<OtpSummary> CredentialRows::summaries(std::string_view user) const {
  Query row = database_.query(
      "SELECT id, label, kind, algorithm, digits, period, created, last_used "
      "FROM otp WHERE user = ? ORDER BY id");
  row.bind(user);
  std::vector<OtpSummary> found;
  while (row.step())
    found.push_back({.id = row.integer(0),
                     .label = row.text(1),
                     .parameters = otp_parameters_in(row, 2),
                     .created = row.integer(6),
                     .last_used = row.integer(7)});
  return found;
}

bool CredentialRows::has_had_generator(std::string_view user) const {
  return database_.query("SELECT 1 FROM enrolled WHERE user = ?").bind(user).step();
}

// Look-up secrets

bool CredentialRows::add_secrets(const AddLookupSecrets& wanted) {
  if (wanted.replace) revoke_secrets(wanted.user, wanted.alike.kind);
  const std::string services = service_lines(wanted.alike.services);
  for (const LookupHash& hash : wanted.hashes) {
    Query row = database_.query(
        "INSERT INTO lookup_secret (user, kind, hash, services, uses_left, issued, issued_by, "
        "last_used, expires) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) "
        "ON CONFLICT (user, kind, hash) DO NOTHING");
    row.bind(wanted.user)
        .bind(static_cast<std::int64_t>(wanted.alike.kind))
        .bind(hash)
        .bind(services)
        .bind(std::int64_t{wanted.alike.uses_left})
        .bind(seconds_now())
        .bind(wanted.alike.issued_by);
    if (wanted.alike.expires)
      row.bind(*wanted.alike.expires);
    else
      row.bind_null();
    row.run();
    if (!changed_one()) return false;
  }
  return true;
}

bool CredentialRows::spend_secret(const SpendLookupSecret& wanted) {
  const std::int64_t now = seconds_now();
  database_
      .query(
          "UPDATE lookup_secret SET uses_left = uses_left - 1, last_used = ? "
          "WHERE id = ? AND uses_left > 0 AND (expires IS NULL OR expires > ?)")
      .bind(now)
      .bind(wanted.id)
      .bind(now)
      .run();
  return changed_one();
}

void CredentialRows::revoke_secrets(const std::string& user, LookupKind kind) {
  database_.query("DELETE FROM lookup_secret WHERE user = ? AND kind = ?")
      .bind(user)
      .bind(static_cast<std::int64_t>(kind))
      .run();
}

std::vector<LookupSecret> CredentialRows::secrets(std::string_view user) const {
  Query row = database_.query(
      "SELECT id, kind, hash, services, expires, uses_left, issued, issued_by, last_used "
      "FROM lookup_secret WHERE user = ? ORDER BY id");
  row.bind(user);
  std::vector<LookupSecret> found;
  while (row.step()) found.push_back(read_secret(row));
  return found;
}

std::vector<IssuedSecret> CredentialRows::issued(LookupKind kind) const {
  Query row = database_.query(
      "SELECT id, kind, hash, services, expires, uses_left, issued, issued_by, last_used, user "
      "FROM lookup_secret WHERE kind = ? ORDER BY user, id");
  row.bind(static_cast<std::int64_t>(kind));
  std::vector<IssuedSecret> found;
  while (row.step()) found.push_back({.user = row.text(9), .secret = read_secret(row)});
  return found;
}

// Notices

void CredentialRows::leave_notice(const LeaveNotice& wanted) {
  database_.query("INSERT INTO notice (user, at, text) VALUES (?, ?, ?)")
      .bind(wanted.user)
      .bind(seconds_now())
      .bind(wanted.text)
      .run();
  database_
      .query(
          "DELETE FROM notice WHERE user = ?1 AND id <= "
          "(SELECT id FROM notice WHERE user = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)")
      .bind(wanted.user)
      .bind(kMostNotices)
      .run();
}

void CredentialRows::take_notices(const TakeNotices& wanted) {
  database_.query("DELETE FROM notice WHERE user = ? AND id <= ?")
      .bind(wanted.user)
      .bind(wanted.up_to)
      .run();
}

std::vector<Notice> CredentialRows::notices(std::string_view user) const {
  Query row = database_.query("SELECT id, at, text FROM notice WHERE user = ? ORDER BY id");
  row.bind(user);
  std::vector<Notice> found;
  while (row.step())
    found.push_back({.id = row.integer(0), .at = row.integer(1), .text = row.text(2)});
  return found;
}

bool CredentialRows::are(const ExpectCredentials& wanted) const {
  if (hash_of(wanted.user) != wanted.hash || generator_ids(wanted.user) != wanted.otp) return false;
  return std::cmp_equal(wanted.recovery,
                        std::ranges::count_if(secrets(wanted.user), is_usable_recovery));
}

}  // namespace usher
