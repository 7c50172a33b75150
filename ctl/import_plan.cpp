// SPDX-License-Identifier: Apache-2.0
#include "ctl/import_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/config/text.h"

namespace usher::ctl {
namespace {

using interchange::Import;
using interchange::ImportedCode;

constexpr std::string_view kLabelOfNone = "imported";
// A clock that is off by more is none that somebody logged in by.
constexpr std::int64_t kFarAhead = std::int64_t{24} * 3600;  // seconds

struct Refusal {
  std::string message;
  std::string hint;
};

/// Keeps the codes that `judge` has nothing against, of those from `first` on; it may change them.
template <typename Judge>
void keep_those(Import& import, Judge judge, std::size_t first = 0) {
  std::vector<ImportedCode> kept;
  for (std::size_t i = 0; i < import.codes.size(); ++i) {
    ImportedCode& code = import.codes[i];
    std::optional<Refusal> against = i < first ? std::nullopt : judge(code);
    if (!against)
      kept.push_back(std::move(code));
    else
      import.findings.push_back({.at = code.at,
                                 .message = std::move(against->message),
                                 .hint = std::move(against->hint),
                                 .source_line = {}});
  }
  import.codes = std::move(kept);
}

/// The name, for a message; but for one that may be a secret in the wrong column.
std::string shown_name(const std::string& name) {
  constexpr std::size_t kLooksLikeASeed = 24;
  const bool plain = std::ranges::all_of(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
  if (plain && name.size() >= kLooksLikeASeed) return "of the name that stands there";
  return config::ticked(name);
}

/// Looks each name up once.
class Accounts {
 public:
  explicit Accounts(Host& host) : host_(&host) {}

  /// The account; or why there is none.
  const std::expected<Person, Refusal>& named(const std::string& name) {
    auto [found, is_new] = known_.try_emplace(name, Person());
    if (is_new) found->second = look_up(name);
    return found->second;
  }

 private:
  [[nodiscard]] std::expected<Person, Refusal> look_up(const std::string& name) const {
    const auto person = host_->find_user(name);
    if (!person)
      return std::unexpected(
          Refusal{.message = fmt::format("the account {} could not be looked up: {}",
                                         shown_name(name), person.error().message),
                  .hint = "try again once the name services answer"});
    if (!*person)
      return std::unexpected(Refusal{
          .message = fmt::format("there is no account {} on this machine", shown_name(name)),
          .hint = "take the entry out of the file, or pass it over by --skip-bad"});
    return **person;
  }

  Host* host_;
  std::map<std::string, std::expected<Person, Refusal>> known_;
};

std::string owner_of(const ImportedCode& code, const SaidOfCodes& said) {
  if (!code.user.empty()) return code.user;
  if (!said.user.empty()) return said.user;
  return said.by_account ? code.account : std::string();
}

/// What one person has, and gets.
class Belongings {
 public:
  explicit Belongings(std::vector<OtpCredential> codes)
      : codes_(std::move(codes)), count_(codes_.size()) {}

  [[nodiscard]] std::optional<Refusal> against(const ImportedCode& code) const {
    for (const OtpCredential& each : codes_)
      if (each.seed.equals(code.seed.expose()))
        return Refusal{.message = fmt::format("{} has this secret already, as {}", code.user,
                                              config::ticked(each.label)),
                       .hint =
                           "there is nothing to do; to begin afresh, `usherctl otp remove` it "
                           "first"};
    for (const OtpCredential& each : codes_)
      if (each.label == code.label)
        return Refusal{.message = fmt::format("{} has a code named {} already", code.user,
                                              config::ticked(each.label)),
                       .hint =
                           "give this one another name by --label, or `usherctl otp remove` "
                           "that one first"};
    if (count_ >= kMostCodesPerPerson)
      return Refusal{.message = fmt::format("{} would have more than {} codes", code.user,
                                            kMostCodesPerPerson),
                     .hint = "take out those that are not used any more: `usherctl otp list`"};
    return std::nullopt;
  }
  void add() { ++count_; }

 private:
  std::vector<OtpCredential> codes_;
  std::size_t count_;
};

std::optional<Refusal> too_far_ahead(const ImportedCode& code, std::int64_t now) {
  if (code.parameters.kind != OtpKind::totp || !code.last_step) return std::nullopt;
  const auto latest = static_cast<std::uint64_t>(now + kFarAhead) / code.parameters.period;
  if (*code.last_step <= latest) return std::nullopt;
  return Refusal{.message = "its codes are spent for more than a day to come",
                 .hint =
                     "the file is damaged, or this machine's clock is wrong: it would be of no "
                     "use until then"};
}

}  // namespace

void drop_strangers(Import& import, std::size_t first, uid_t owner, const SaidOfCodes& said,
                    Host& host) {
  if (!said.user.empty()) return;
  Accounts accounts(host);
  keep_those(
      import,
      [&](const ImportedCode& code) -> std::optional<Refusal> {
        const std::string named = owner_of(code, said);
        if (named.empty()) return std::nullopt;  // nothing is said of anybody
        const auto& account = accounts.named(named);
        if (!account) return account.error();
        if (account->uid == owner) return std::nullopt;
        return Refusal{.message = fmt::format("this is about {}, and the file is somebody else's",
                                              config::ticked(account->name)),
                       .hint =
                           "its owner could have written that: look at it, then make it root's "
                           "by chown"};
      },
      first);
}

void settle_owners(Import& import, const SaidOfCodes& said, Host& host) {
  if (!said.user.empty())
    std::erase_if(import.codes, [&](const ImportedCode& code) {
      return !code.user.empty() && code.user != said.user;
    });
  Accounts accounts(host);
  keep_those(import, [&](ImportedCode& code) -> std::optional<Refusal> {
    const std::string owner = owner_of(code, said);
    if (owner.empty())
      return Refusal{.message = "nothing says whose code on this machine this is",
                     .hint =
                         "say so by --user NAME; or by --by-account, where the accounts in the "
                         "addresses are users here"};
    const auto& account = accounts.named(owner);
    if (!account) return account.error();
    code.user = account->name;
    if (!said.label.empty()) code.label = said.label;
    if (code.label.empty()) code.label = kLabelOfNone;
    return std::nullopt;
  });
}

Result<void> drop_unfit(Import& import, Store& store, std::int64_t now) {
  std::map<std::string, Belongings> people;
  for (const ImportedCode& code : import.codes) {
    if (people.contains(code.user)) continue;
    auto has = store.otp_credentials(code.user);
    if (!has) return std::unexpected(std::move(has.error()));
    people.emplace(code.user, *std::move(has));
  }
  keep_those(import, [&](const ImportedCode& code) {
    Belongings& has = people.at(code.user);
    auto against = too_far_ahead(code, now);
    if (!against) against = has.against(code);
    if (!against) has.add();
    return against;
  });
  return {};
}

AddOtp addition_of(ImportedCode& code) {
  return {.user = code.user,
          .label = code.label,
          .parameters = code.parameters,
          .seed = std::move(code.seed),
          .last_step = code.last_step};
}

}  // namespace usher::ctl
