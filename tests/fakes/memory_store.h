// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/store/password_mark.h"
#include "daemon/store/store.h"

namespace usher::testing {

/// A Store in memory that keeps the port's promises: all or nothing, compare-and-set, conflicts.
/// Timestamps are counted, not told: 1, 2, 3 … per commit. Thread-safe.
class MemoryStore final : public Store {
 public:
  /// While set, every read is an Error.
  void fail_reads(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_reads_ = fail;
  }
  /// While set, every commit is an Error and changes nothing.
  void fail_commits(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_commits_ = fail;
  }
  /// While set, every commit is a conflict and changes nothing.
  void conflict_commits(bool conflict) {
    const std::lock_guard lock(mutex_);
    conflict_commits_ = conflict;
  }
  /// How many commits were asked for, whatever became of them.
  [[nodiscard]] int commits_asked() const {
    const std::lock_guard lock(mutex_);
    return commits_asked_;
  }

  /// Sets up a password outside any commit.
  void set_password(std::string_view user, std::string hash) {
    const std::lock_guard lock(mutex_);
    state_.passwords.insert_or_assign(std::string(user), std::move(hash));
  }
  /// Sets up a generator outside any commit; returns its id. Replaces one of the same label.
  std::int64_t add_otp(std::string_view user, std::string label, const Secret& seed,
                       const OtpParameters& parameters = {},
                       std::optional<std::uint64_t> last_step = std::nullopt) {
    const std::lock_guard lock(mutex_);
    std::erase_if(state_.generators,
                  [&](const Generator& row) { return row.user == user && row.label == label; });
    state_.generators.push_back({.id = ++state_.last_id,
                                 .user = std::string(user),
                                 .label = std::move(label),
                                 .parameters = parameters,
                                 .seed = shared_copy(seed),
                                 .last_step = last_step});
    state_.enrolled.emplace(user);
    return state_.last_id;
  }
  /// The newest step spent of generator `id`.
  [[nodiscard]] std::optional<std::uint64_t> last_step_of(std::int64_t id) const {
    const std::lock_guard lock(mutex_);
    for (const Generator& row : state_.generators)
      if (row.id == id) return row.last_step;
    return std::nullopt;
  }

  [[nodiscard]] Result<std::optional<std::string>> password_hash(std::string_view user) override {
    const std::lock_guard lock(mutex_);
    if (fail_reads_) return failure("the fake store can't be read");
    const auto found = state_.passwords.find(user);
    if (found == state_.passwords.end()) return std::nullopt;
    return found->second;
  }

  [[nodiscard]] Result<std::vector<OtpCredential>> otp_credentials(std::string_view user) override {
    const std::lock_guard lock(mutex_);
    if (fail_reads_) return failure("the fake store can't be read");
    std::vector<OtpCredential> found;
    for (const Generator& row : state_.generators) {
      if (row.user != user) continue;
      OtpCredential credential{.id = row.id, .label = row.label, .parameters = row.parameters};
      if (!credential.seed.assign(row.seed->expose())) return failure("no memory for a seed");
      credential.last_step = row.last_step;
      credential.drift = row.drift;
      found.push_back(std::move(credential));
    }
    return found;
  }

  [[nodiscard]] Result<std::vector<OtpSummary>> list_otp(std::string_view user) override {
    const std::lock_guard lock(mutex_);
    if (fail_reads_) return failure("the fake store can't be read");
    std::vector<OtpSummary> found;
    for (const Generator& row : state_.generators)
      if (row.user == user)
        found.push_back({row.id, row.label, row.parameters, row.created, row.used});
    return found;
  }

  [[nodiscard]] Result<bool> must_change_password(std::string_view user) override {
    return reading([&] { return state_.must_change.contains(std::string(user)); });
  }
  [[nodiscard]] Result<std::vector<std::string>> former_hashes(std::string_view user) override {
    return reading([&] { return rows_of(state_.former, user); });
  }
  [[nodiscard]] Result<bool> has_had_otp(std::string_view user) override {
    return reading([&] { return state_.enrolled.contains(std::string(user)); });
  }
  [[nodiscard]] Result<std::vector<LookupSecret>> lookup_secrets(std::string_view user) override {
    return reading([&] { return rows_of(state_.secrets, user); });
  }
  [[nodiscard]] Result<std::vector<IssuedSecret>> issued_secrets(LookupKind kind) override {
    return reading([&] {
      std::vector<IssuedSecret> found;
      for (const auto& [user, secrets] : state_.secrets)
        for (const LookupSecret& secret : secrets)
          if (secret.kind == kind) found.push_back({.user = user, .secret = secret});
      return found;
    });
  }
  [[nodiscard]] Result<std::vector<Notice>> notices(std::string_view user) override {
    return reading([&] { return rows_of(state_.notices, user); });
  }

  [[nodiscard]] Result<std::vector<Session>> watched_sessions() override {
    return sessions_that([](const Session& session) { return !session.anchor_gone; });
  }
  [[nodiscard]] Result<std::vector<Session>> sessions(const SessionQuery& query) override {
    auto found = sessions_that([&](const Session& session) {
      return session.opened >= query.since && (query.user.empty() || session.user == query.user);
    });
    if (!found) return found;
    std::ranges::reverse(*found);
    std::ranges::stable_sort(*found, std::greater(), &Session::opened);
    if (found->size() > query.count) found->resize(query.count);
    return found;
  }
  [[nodiscard]] Result<std::vector<Session>> sessions_named(std::string_view id) override {
    auto found = sessions_that([&](const Session& session) { return session.id.starts_with(id); });
    if (found && found->size() > 2) found->resize(2);
    return found;
  }
  [[nodiscard]] Result<std::vector<EarnedProof>> proofs_of(std::string_view session) override {
    const auto all = proofs();
    if (!all) return std::unexpected(all.error());
    std::vector<EarnedProof> found;
    for (const HeldProof& held : *all)
      if (held.session == session) found.push_back(held.proof);
    return found;
  }
  [[nodiscard]] Result<std::vector<HeldProof>> proofs() override {
    const std::lock_guard lock(mutex_);
    if (fail_reads_) return failure("the fake store can't be read");
    return state_.proofs;
  }

  [[nodiscard]] Result<CommitOutcome> commit(std::span<const Effect> effects) override {
    const std::lock_guard lock(mutex_);
    ++commits_asked_;
    if (fail_commits_) return failure("the fake store can't be written");
    if (conflict_commits_) return CommitOutcome::conflict;
    State changed = state_;
    for (const Effect& effect : effects) {
      const bool applied =
          std::visit([&](const auto& wanted) { return apply(changed, wanted); }, effect);
      if (!applied) return CommitOutcome::conflict;
    }
    state_ = std::move(changed);
    return CommitOutcome::committed;
  }

 private:
  struct Generator {
    std::int64_t id = 0;
    std::string user;
    std::string label;
    OtpParameters parameters;
    std::shared_ptr<const Secret> seed;
    std::optional<std::uint64_t> last_step;
    int drift = 0;
    std::int64_t created = 0;
    std::int64_t used = 0;
  };
  template <typename Row>
  using ByUser = std::map<std::string, std::vector<Row>, std::less<>>;
  struct State {
    std::map<std::string, std::string, std::less<>> passwords;
    std::set<std::string> must_change;
    ByUser<std::string> former;
    std::vector<Generator> generators;
    std::set<std::string> enrolled;
    ByUser<LookupSecret> secrets;
    ByUser<Notice> notices;
    std::int64_t last_id = 0;
    std::vector<Session> sessions;
    std::vector<HeldProof> proofs;
  };

  template <typename Read>
  auto reading(Read read) -> Result<decltype(read())> {
    const std::lock_guard lock(mutex_);
    if (fail_reads_) return failure("the fake store can't be read");
    return read();
  }
  template <typename Row>
  static std::vector<Row> rows_of(const ByUser<Row>& all, std::string_view user) {
    const auto found = all.find(user);
    return found == all.end() ? std::vector<Row>{} : found->second;
  }

  template <typename Wanted>
  Result<std::vector<Session>> sessions_that(Wanted wanted) {
    const std::lock_guard lock(mutex_);
    if (fail_reads_) return failure("the fake store can't be read");
    std::vector<Session> found;
    std::ranges::copy_if(state_.sessions, std::back_inserter(found), wanted);
    return found;
  }

  static std::shared_ptr<const Secret> shared_copy(const Secret& seed) {
    auto copy = std::make_shared<Secret>();
    static_cast<void>(copy->assign(seed.expose()));
    return copy;
  }

  bool apply(State& state, const SpendOtp& wanted) const {
    for (Generator& row : state.generators) {
      if (row.id != wanted.credential) continue;
      if (row.last_step && *row.last_step >= wanted.step) return false;
      row.last_step = wanted.step;
      row.drift = std::clamp(wanted.drift, -kMostDrift, kMostDrift);
      row.used = commits_asked_;
      return true;
    }
    return false;
  }
  static bool apply(State& state, const RehashPassword& wanted) {
    const auto found = state.passwords.find(wanted.user);
    if (found == state.passwords.end() || found->second != wanted.old_hash) return false;
    found->second = wanted.new_hash;
    return true;
  }
  static bool apply(State& state, const SetPassword& wanted) {
    const auto found = state.passwords.find(wanted.user);
    const auto before =
        found == state.passwords.end() ? std::nullopt : std::optional(found->second);
    if (wanted.expected && before != wanted.expected->hash) return false;
    forget_factor(state, wanted.user, Factor::password);
    if (before) {
      auto& former = state.former[wanted.user];
      former.push_back(*before);
      if (former.size() > wanted.remember)
        former.erase(former.begin(), former.end() - static_cast<std::ptrdiff_t>(wanted.remember));
    }
    state.passwords.insert_or_assign(wanted.user, wanted.hash);
    state.must_change.erase(wanted.user);
    if (wanted.must_change) state.must_change.insert(wanted.user);
    return true;
  }
  static void forget_factor(State& state, const std::string& user, Factor factor) {
    std::erase_if(state.proofs, [&](const HeldProof& held) {
      return held.proof.user == user && held.proof.factor == factor;
    });
  }
  static bool apply(State& state, const ExpirePassword& wanted) {
    if (!state.passwords.contains(wanted.user)) return false;
    state.must_change.insert(wanted.user);
    return true;
  }
  static bool apply(State& state, const RenameOtp& wanted) {
    Generator* renamed = nullptr;
    for (Generator& row : state.generators) {
      if (row.user != wanted.user) continue;
      if (row.label == wanted.new_label) return false;
      if (row.label == wanted.label) renamed = &row;
    }
    if (renamed != nullptr) renamed->label = wanted.new_label;
    return renamed != nullptr;
  }
  static bool apply(const State& state, const ExpectNeverEnrolled& wanted) {
    return !state.enrolled.contains(wanted.user);
  }
  static bool apply(State& state, const ReopenEnrolment& wanted) {
    state.enrolled.erase(wanted.user);
    return true;
  }
  bool apply(State& state, const AddLookupSecrets& wanted) const {
    if (wanted.replace)
      apply(state, RevokeLookupSecrets{.user = wanted.user, .kind = wanted.alike.kind});
    for (const LookupHash& hash : wanted.hashes) {
      LookupSecret added = wanted.alike;
      added.id = ++state.last_id;
      added.hash = hash;
      added.issued = commits_asked_;
      added.last_used = 0;
      state.secrets[wanted.user].push_back(std::move(added));
    }
    return true;
  }
  bool apply(State& state, const SpendLookupSecret& wanted) const {
    const std::int64_t now = std::time(nullptr);
    for (auto& [user, secrets] : state.secrets)
      for (LookupSecret& secret : secrets) {
        if (secret.id != wanted.id) continue;
        if (secret.uses_left == 0 || (secret.expires && *secret.expires <= now)) return false;
        --secret.uses_left;
        secret.last_used = commits_asked_;
        return true;
      }
    return false;
  }
  static bool apply(State& state, const RevokeLookupSecrets& wanted) {
    if (wanted.kind == LookupKind::recovery) forget_factor(state, wanted.user, Factor::recovery);
    std::erase_if(state.secrets[wanted.user],
                  [&](const LookupSecret& secret) { return secret.kind == wanted.kind; });
    return true;
  }
  bool apply(State& state, const LeaveNotice& wanted) const {
    constexpr std::size_t kMost = 100;
    std::vector<Notice>& waiting = state.notices[wanted.user];
    waiting.push_back({.id = ++state.last_id, .at = commits_asked_, .text = wanted.text});
    if (waiting.size() > kMost) waiting.erase(waiting.begin());
    return true;
  }
  static bool apply(State& state, const TakeNotices& wanted) {
    std::erase_if(state.notices[wanted.user],
                  [&](const Notice& notice) { return notice.id <= wanted.up_to; });
    return true;
  }
  bool apply(State& state, const AddOtp& wanted) const {
    for (const Generator& row : state.generators)
      if (row.user == wanted.user && row.label == wanted.label) return false;
    state.generators.push_back({.id = ++state.last_id,
                                .user = wanted.user,
                                .label = wanted.label,
                                .parameters = wanted.parameters,
                                .seed = shared_copy(wanted.seed),
                                .last_step = wanted.last_step,
                                .created = commits_asked_});
    state.enrolled.insert(wanted.user);
    return true;
  }
  static bool apply(State& state, const ExpectCredentials& wanted) {
    const auto password = state.passwords.find(wanted.user);
    const auto hash =
        password == state.passwords.end() ? std::nullopt : std::optional(password->second);
    std::vector<std::int64_t> ids;
    for (const Generator& row : state.generators)
      if (row.user == wanted.user) ids.push_back(row.id);
    const auto secrets = rows_of(state.secrets, wanted.user);
    const auto recovery = std::ranges::count_if(secrets, [](const LookupSecret& secret) {
      return secret.kind == LookupKind::recovery && secret.uses_left > 0;
    });
    return hash == wanted.hash && ids == wanted.otp && std::cmp_equal(recovery, wanted.recovery);
  }
  static bool apply(State& state, const RemoveOtp& wanted) {
    for (const Generator& row : state.generators)
      if (row.user == wanted.user && row.label == wanted.label)
        std::erase_if(state.proofs, [&](const HeldProof& held) {
          return held.proof.user == wanted.user && held.proof.tie.otp == row.id;
        });
    return std::erase_if(state.generators, [&](const Generator& row) {
             return row.user == wanted.user && row.label == wanted.label;
           }) == 1;
  }

  static Session* find_session(State& state, const std::string& id) {
    const auto found = std::ranges::find(state.sessions, id, &Session::id);
    return found == state.sessions.end() ? nullptr : &*found;
  }
  static bool is_still_tied(const State& state, const EarnedProof& proof) {
    const auto password = state.passwords.find(proof.user);
    switch (proof.tie.kind) {
      case ProofTie::Kind::nothing:
        return true;
      case ProofTie::Kind::usher_password:
        return password != state.passwords.end() &&
               mark_of_hash(password->second) == proof.tie.mark;
      case ProofTie::Kind::system_password:
        return password == state.passwords.end();
      case ProofTie::Kind::otp:
        return std::ranges::any_of(state.generators, [&](const Generator& row) {
          return row.user == proof.user && row.id == proof.tie.otp;
        });
    }
    return false;
  }
  static bool are_alike(const HeldProof& a, const HeldProof& b) {
    return a.session == b.session && a.proof.user == b.proof.user &&
           a.proof.for_uid == b.proof.for_uid && a.proof.factor == b.proof.factor;
  }
  static bool apply(State& state, const EarnProof& wanted) {
    const Session* session = find_session(state, wanted.session);
    if (session == nullptr || session->ending || !is_still_tied(state, wanted.proof)) return true;
    const HeldProof held{.session = wanted.session, .proof = wanted.proof};
    const auto alike = std::ranges::find_if(
        state.proofs, [&](const HeldProof& each) { return are_alike(each, held); });
    if (alike == state.proofs.end())
      state.proofs.push_back(held);
    else if (held.proof.boot_at >= alike->proof.boot_at)
      *alike = held;
    return true;
  }
  static bool apply(State& state, const OpenSession& wanted) {
    if (find_session(state, wanted.session.id) != nullptr) return false;
    std::erase_if(state.sessions, [&](const Session& session) {
      return session.anchor_gone && session.ending && session.ending->at < wanted.forget_before;
    });
    state.sessions.push_back(wanted.session);
    return std::ranges::all_of(wanted.proofs, [&](const EarnedProof& proof) {
      return apply(state, EarnProof{.session = wanted.session.id, .proof = proof});
    });
  }
  static bool apply(State& state, const EndSession& wanted) {
    Session* session = find_session(state, wanted.session);
    if (session == nullptr) return true;
    if (!session->ending) session->ending = wanted.ending;
    std::erase_if(state.proofs,
                  [&](const HeldProof& held) { return held.session == wanted.session; });
    return true;
  }
  static bool apply(State& state, const DropAnchor& wanted) {
    if (Session* session = find_session(state, wanted.session)) session->anchor_gone = true;
    return true;
  }
  static bool apply(State& state, const ForgetProofs& wanted) {
    std::erase_if(state.proofs, [&](const HeldProof& held) {
      return held.session == wanted.session && held.proof.user == wanted.user &&
             held.proof.for_uid == wanted.for_uid;
    });
    return true;
  }
  static bool apply(const State& state, const ExpectProof& wanted) {
    return std::ranges::any_of(state.proofs, [&](const HeldProof& held) {
      return held.session == wanted.session && held.proof.user == wanted.user &&
             held.proof.for_uid == wanted.for_uid && held.proof.factor == wanted.factor &&
             held.proof.boot_at >= wanted.since;
    });
  }

  mutable std::mutex mutex_;
  State state_;
  bool fail_reads_ = false;
  bool fail_commits_ = false;
  bool conflict_commits_ = false;
  int commits_asked_ = 0;
};

}  // namespace usher::testing
