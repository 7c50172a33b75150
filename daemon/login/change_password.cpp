// SPDX-License-Identifier: Apache-2.0
#include "daemon/login/change_password.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "daemon/login/commit_change.h"

namespace usher {
namespace {

/// As many as pam_unix and pam_pwquality give.
constexpr int kTries = 3;

/// What there was before the person typed. Compared at the commit: a reset by an administrator in
/// between must not be undone by a prompt that was left open.
struct Before {
  std::optional<std::string> hash;
  std::vector<std::string> not_again;  // hashes of what a person can't choose
  std::uint32_t least = 0;             // characters
};

Result<Before> what_was_before(const std::string& user, LoginPorts& ports) {
  const PasswordPolicy& policy = ports.new_passwords;
  auto hash = ports.store.password_hash(user);
  if (!hash) return std::unexpected(std::move(hash.error()));
  auto former = ports.store.former_hashes(user);
  if (!former) return std::unexpected(std::move(former.error()));
  const auto codes = ports.store.list_otp(user);
  if (!codes) return std::unexpected(codes.error());

  Before before{.hash = *hash,
                .not_again = std::move(*former),
                .least = codes->empty() ? policy.least_alone : policy.least_with_code};
  // The setting may have been a larger one when they were remembered; the oldest come first.
  if (before.not_again.size() > policy.history)
    before.not_again.erase(before.not_again.begin(), before.not_again.end() - policy.history);
  if (before.hash) before.not_again.push_back(*before.hash);
  return before;
}

/// A password, and what is wrong with it.
struct Typed {
  Secret password;
  std::optional<std::string> fault;
};

class Choice {
 public:
  Choice(Hearing& hearing, const std::string& user, ChosenBy by, Before before)
      : hearing_(hearing), user_(user), by_(by), before_(std::move(before)) {}

  Outcome choose() {
    for (int left = kTries;; --left) {
      auto typed = ask_twice();
      if (!typed) return std::unexpected(typed.error());
      if (!typed->fault) {
        // Last, since each costs a hash.
        const auto had = was_had_before(typed->password);
        if (!had) return internal_failure("not compared: " + had.error().message);
        if (!*had) return set(typed->password);
        typed->fault = "you have this password, or had it not long ago";
      }
      if (left == 1) return noted(refused_change(std::move(*typed->fault)));
      const auto told =
          hearing_.dialogue.tell(PromptStyle::error, fmt::format("{}. Try again.", *typed->fault));
      if (!told) return std::unexpected(told.error());
    }
  }

 private:
  std::expected<Typed, DialogueEnd> ask_twice() {
    auto fresh = ask(fmt::format("New Usher password for {}: ", user_));
    if (!fresh) return std::unexpected(fresh.error());
    auto fault = fault_of(*fresh);
    if (!fault) return std::unexpected(fault.error());
    if (*fault) return Typed{.password = {}, .fault = std::move(*fault)};
    const auto again = ask("The same again: ");
    if (!again) return std::unexpected(again.error());
    if (!fresh->equals(again->expose())) *fault = "the two passwords differ";
    return Typed{.password = std::move(*fresh), .fault = std::move(*fault)};
  }

  std::expected<Secret, DialogueEnd> ask(const std::string& text) {
    return hearing_.dialogue.ask(PromptStyle::hidden, PromptPurpose::other, text);
  }

  std::expected<std::optional<std::string>, DialogueEnd> fault_of(const Secret& password) {
    if (auto unusable = why_unusable(password)) return unusable;
    PasswordWeakness weakness = weakness_of(password, user_, before_.least);
    trouble_ = std::move(weakness.trouble);
    if (by_ == ChosenBy::person || !weakness.reason) return std::move(weakness.reason);
    const auto told = hearing_.dialogue.tell(
        PromptStyle::info, fmt::format("No person could choose this: {}.", *weakness.reason));
    if (!told) return std::unexpected(told.error());
    return std::nullopt;
  }

  Result<bool> was_had_before(const Secret& password) {
    if (by_ == ChosenBy::administrator) return false;
    for (const std::string& hash : before_.not_again) {
      const auto same =
          hearing_.ports.password.is_hash_of(hash, password, hearing_.dialogue.deadline());
      if (!same || *same) return same;
    }
    return false;
  }

  VerdictResult set(const Secret& password) {
    auto hash = hearing_.ports.password.hash(password, hearing_.dialogue.deadline());
    if (!hash) return internal_failure("not hashed: " + hash.error().message);
    const bool must_change =
        by_ == ChosenBy::administrator && hearing_.request.manage.change_at_login;
    std::vector<Effect> effects;
    effects.emplace_back(SetPassword{.user = user_,
                                     .hash = std::move(*hash),
                                     .expected = SetPassword::Expected{before_.hash},
                                     .must_change = must_change,
                                     .remember = hearing_.ports.new_passwords.history});
    effects.emplace_back(LeaveNotice{
        .user = user_,
        .text = "Your password was changed. If you don't know of it, tell your administrator."});
    return noted(
        commit_change(hearing_, std::move(effects),
                      fmt::format("password set for {}{}", user_,
                                  must_change ? ", to be changed at the next login" : ""),
                      "the password, or what proves that it is you, was changed meanwhile"));
  }

  /// With what the administrator has to know of how it was looked at.
  [[nodiscard]] VerdictResult noted(VerdictResult verdict) const {
    if (!trouble_.empty()) verdict.reason += "; " + trouble_;
    return verdict;
  }

  Hearing& hearing_;
  const std::string& user_;
  const ChosenBy by_;
  const Before before_;
  std::string trouble_;
};

}  // namespace

Outcome choose_password(Hearing& hearing, const std::string& user, ChosenBy by) {
  auto before = what_was_before(user, hearing.ports);
  if (!before) return internal_failure(before.error().message);
  return Choice(hearing, user, by, std::move(*before)).choose();
}

Outcome set_password(Hearing& hearing, const std::string& user) {
  if (hearing.request.caller.trusted)
    return choose_password(hearing, user, ChosenBy::administrator);
  if (hearing.request.manage.change_at_login)
    return refused_change("root alone has somebody change their password at the next login");
  return choose_password(hearing, user, ChosenBy::person);
}

Outcome expire_password(Hearing& hearing, const std::string& user) {
  return commit_change(hearing, ExpirePassword{.user = user},
                       fmt::format("{} has to change the password at the next login", user),
                       fmt::format("{} has no Usher password: `passwd --expire {}` is for that of "
                                   "/etc/shadow",
                                   user, user));
}

}  // namespace usher
