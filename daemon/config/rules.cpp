// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "daemon/config/enrolment.h"
#include "daemon/config/hours.h"
#include "daemon/config/lists.h"
#include "daemon/config/names.h"
#include "daemon/config/origins.h"
#include "daemon/config/requirements.h"
#include "daemon/config/sets.h"
#include "daemon/config/settings.h"
#include "daemon/config/text.h"
#include "daemon/config/values.h"
#include "daemon/config/words.h"
#include "usher/message.h"

namespace usher::config {
namespace {

constexpr std::size_t kMaxRuleName = 128;  // bytes
/// A week, in seconds: what was proven before that tells little about who sits there now.
constexpr std::uint32_t kLongestReuse = 7 * 24 * 3600;

void read_name(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  const auto name = read_text(entry, "a text", "put the name between double quotes");
  if (!name) return;
  if (trimmed(*name).empty())
    return entry.refuse("this name is empty", "say in a few words whom the rule is for");
  if (!is_one_printable_line(*name))
    return entry.refuse("this name has a tab or an invisible character in it",
                        "write the name in printable characters");
  if (trimmed(*name) != *name)
    return entry.refuse("this name starts or ends with a blank",
                        fmt::format("write \"{}\"", trimmed(*name)));
  if (name->size() > kMaxRuleName)
    return entry.refuse(fmt::format("this name has {} bytes", name->size()),
                        fmt::format("it may have {}", kMaxRuleName));
  rule.name = *name;
}

template <auto Member, NameKind Kind, SetKind Set>
void read_names(const Entry& entry, const Sets& sets, Rule& rule) {
  auto& names = rule.*Member;
  for (const Text& name : read_some_texts(entry)) {
    if (!is_set_reference(name.value)) {
      if (check_name(entry.document, Kind, name)) names.push_back(name.value);
    } else if (const NamedSet* set = find_set(entry.document, sets, Set, name)) {
      names.insert(names.end(), set->names.begin(), set->names.end());
    }
  }
}

template <auto Member>
void read_sources(const Entry& entry, const Sets& sets, Rule& rule) {
  rule.*Member = read_origins(entry, sets);
}

void read_ttys(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  constexpr std::string_view kDirectory = "/dev/";
  for (const Text& tty : read_some_texts(entry)) {
    const std::string& name = tty.value;
    if (name.starts_with(kDirectory) && name != kDirectory)
      entry.document.report(tty.at, fmt::format("{} is named without its directory", ticked(name)),
                            fmt::format("write \"{}\"", name.substr(kDirectory.size())));
    else if (check_name(entry.document, NameKind::tty, tty))
      rule.ttys.push_back(name);
  }
}

void read_times(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  for (const Text& text : read_some_texts(entry))
    if (auto hours = read_hours(entry.document, text)) rule.hours.push_back(std::move(*hours));
}

void read_require(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  rule.require = read_requirements(entry);
}

void read_deny(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  rule.deny = true;
  if (const auto* value = entry.node.as_boolean()) {
    if (!value->get()) entry.refuse("`deny = false` says nothing", "take the line out");
    return;
  }
  if (auto text = read_shown_text(entry, "true, or a text for the person",
                                  R"(write deny = true, or deny = "Not today.")",
                                  "write `deny = true` to say nothing to the person"))
    rule.deny_text = std::move(*text);
}

void read_prompt(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  constexpr std::array kWords = {Word<PromptLayout>{"separate", PromptLayout::separate},
                                 Word<PromptLayout>{"combined", PromptLayout::combined}};
  read_word(entry, kWords, rule.prompt);
}

void read_reuse(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  for (const FactorTime& time : read_factor_times(entry, 1, kLongestReuse))
    rule.reuse.push_back({.factor = time.factor, .seconds = time.seconds});
}

void read_enrol(const Entry& entry, const Sets& sets, Rule& rule) {
  rule.enrol = read_enrolment(entry, sets);
}

void read_account(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  constexpr std::array kWords = {Word<bool>{"lenient", false}, Word<bool>{"strict", true}};
  read_word(entry, kWords, rule.strict_account);
}

void read_mode(const Entry& entry, const Sets& /*sets*/, Rule& rule) {
  constexpr std::array kWords = {Word<bool>{"enforce", false}, Word<bool>{"observe", true}};
  read_word(entry, kWords, rule.observe);
}

struct RuleKey {
  std::string_view name;
  void (*read)(const Entry&, const Sets&, Rule&);
};

constexpr std::array kRuleKeys = {
    RuleKey{"name", read_name},
    RuleKey{"service", read_names<&Rule::services, NameKind::service, SetKind::services>},
    RuleKey{"user", read_names<&Rule::users, NameKind::user, SetKind::users>},
    RuleKey{"group", read_names<&Rule::groups, NameKind::group, SetKind::groups>},
    RuleKey{"from", read_sources<&Rule::from>},
    RuleKey{"not_from", read_sources<&Rule::not_from>},
    RuleKey{"tty", read_ttys},
    RuleKey{"hours", read_times},
    RuleKey{"require", read_require},
    RuleKey{"deny", read_deny},
    RuleKey{"prompt", read_prompt},
    RuleKey{"reuse", read_reuse},
    RuleKey{"enrol", read_enrol},
    RuleKey{"account", read_account},
    RuleKey{"mode", read_mode},
};

/// Of the rule language, but not built: ignoring one would let in whom it keeps out.
constexpr std::array<std::string_view, 2> kLaterKeys = {"session", "scope"};

void report_unknown_key(Document& document, const toml::key& key) {
  const auto at = key.source().begin;
  if (contains(kLaterKeys, key.str()))
    return document.report(at,
                           fmt::format("{} is not supported by this version", ticked(key.str())),
                           "take the line out, and see that the rule is still what you want");
  std::array<std::string_view, kRuleKeys.size()> names;
  std::ranges::transform(kRuleKeys, names.begin(), &RuleKey::name);
  std::string hint = did_you_mean(key.str(), names);
  if (hint.empty()) hint = fmt::format("a rule may have {}", listed(names));
  document.report(at, fmt::format("a rule has no key {}", ticked(key.str())), hint);
}

void check_outcome(Document& document, const toml::table& table) {
  const toml::node* require = table.get("require");
  const toml::node* deny = table.get("deny");
  if (require != nullptr && deny != nullptr)
    document.report(deny->source().begin, "a rule either requires or denies; this one does both",
                    "make two rules of it; the first that matches decides");
  if (require == nullptr && deny == nullptr)
    document.report(table.source().begin, "this rule says neither what to require nor to deny",
                    R"(add a line like require = ["password", "otp"], or deny = true)");
}

/// One answer can be taken apart only where a password and a code are wanted, each by itself.
void check_prompt(Document& document, const toml::table& table, const Rule& rule) {
  const auto asks = [&](Factor factor) {
    return std::ranges::count_if(rule.require, [&](const Requirement& requirement) {
      return contains(requirement.any_of, factor);
    });
  };
  const auto asks_both_at_once = std::ranges::any_of(rule.require, [](const Requirement& each) {
    return contains(each.any_of, Factor::password) && contains(each.any_of, Factor::otp);
  });
  if (rule.prompt != PromptLayout::combined ||
      (asks(Factor::password) == 1 && asks(Factor::otp) == 1 && !asks_both_at_once))
    return;
  document.report(table.get("prompt")->source().begin,
                  "one answer can't be taken apart: this rule does not want a password and a code",
                  R"(write require = ["password", "otp"], or take `prompt` out)");
}

/// What is not required is not looked for, so reusing it would do nothing.
void check_reuse(Document& document, const toml::table& table, const Rule& rule) {
  const toml::node* reuse = table.get("reuse");
  if (reuse == nullptr) return;
  if (rule.deny)
    return document.report(reuse->source().begin, "this rule denies, whatever was proven",
                           "take `reuse` out");
  for (const ReuseWindow& window : rule.reuse)
    if (std::ranges::none_of(rule.require, [&](const Requirement& requirement) {
          return contains(requirement.any_of, window.factor);
        }))
      document.report(reuse->source().begin,
                      fmt::format("this rule does not require {}, so there is nothing to reuse",
                                  ticked(name_of(window.factor))),
                      "take it out of `reuse`, or add it to `require`");
}

/// Whoever enrols has proven all else, and there must be something else.
void check_enrol(Document& document, const toml::table& table, const Rule& rule) {
  if (!rule.enrol) return;
  const auto report = [&](std::string_view message, std::string_view hint) {
    document.report(table.get("enrol")->source().begin, message, hint);
  };
  if (rule.deny) return report("this rule denies, whatever was proven", "take `enrol` out");
  const auto is_for_a_code = [](const Requirement& requirement) {
    return contains(requirement.any_of, Factor::otp) &&
           std::ranges::all_of(requirement.any_of, [](Factor factor) {
             return factor == Factor::otp || factor == Factor::recovery;
           });
  };
  if (std::ranges::none_of(rule.require, is_for_a_code))
    return report("this rule does not insist on a code, so nobody has to enrol one",
                  R"(write require = ["password", "otp"], or take `enrol` out)");
  if (rule.require.size() < 2)
    return report("this rule wants a code alone: anybody could enrol one as anybody else",
                  R"(add what people prove before they enrol: require = ["password", "otp"])");
  if (rule.prompt == PromptLayout::combined)
    report("nobody can enrol where password and code are one answer",
           "take `prompt` or `enrol` out");
}

void check_name_of(Document& document, const toml::table& table, const Rule& rule,
                   const std::vector<Rule>& earlier) {
  const toml::node* name = table.get("name");
  if (name == nullptr)
    return document.report(table.source().begin, "this rule has no name",
                           R"(add a line like name = "administrators over SSH")");
  if (rule.name.empty()) return;
  const auto same = std::ranges::find(earlier, rule.name, &Rule::name);
  if (same == earlier.end()) return;
  document.report(name->source().begin,
                  fmt::format("there is already a rule named {}", ticked(rule.name)),
                  fmt::format("the other stands at {}:{}; the audit log tells rules by their names",
                              same->at.file, same->at.line));
}

Rule read_rule(Document& document, const toml::table& table, const Sets& sets,
               const std::vector<Rule>& earlier) {
  Rule rule;
  rule.at = document.position_of(table.source().begin);
  bool all_known = true;
  for (auto&& [key, node] : table) {
    const auto known = std::ranges::find(kRuleKeys, key.str(), &RuleKey::name);
    all_known = all_known && known != kRuleKeys.end();
    if (known == kRuleKeys.end())
      report_unknown_key(document, key);
    else
      known->read({document, key.str(), node}, sets, rule);
  }
  check_name_of(document, table, rule, earlier);
  // A misspelt key is most likely the one that would be missed here.
  if (all_known) check_outcome(document, table);
  check_prompt(document, table, rule);
  if (rule.require.empty() && !rule.deny) return rule;
  check_reuse(document, table, rule);
  check_enrol(document, table, rule);
  return rule;
}

void report_stranger(Document& document, const toml::key& key, const toml::node& node) {
  const auto at = key.source().begin;
  constexpr std::array<std::string_view, 1> kMeant = {"rule"};
  if (node.is_table() && nearest(key.str(), kSetSections))
    return document.report(
        at, fmt::format("there is nothing named {} in a rule file", ticked(key.str())),
        did_you_mean(key.str(), kSetSections));
  // [[rules]], not [rules].
  if (node.is_array_of_tables() && nearest(key.str(), kMeant))
    return document.report(
        at, fmt::format("there is nothing named {} in a rule file", ticked(key.str())),
        "write [[rule]]");
  if (is_settings_section(key.str()))
    return document.report(at, fmt::format("{} does not stand in a rule file", ticked(key.str())),
                           "put it into usher.toml");
  const bool of_a_rule =
      contains(kLaterKeys, key.str()) || contains(kRuleKeys, key.str(), &RuleKey::name);
  if (of_a_rule)
    return document.report(at, fmt::format("{} stands outside of any rule", ticked(key.str())),
                           "start the rule with a line [[rule]] above");
  document.report(at, fmt::format("there is nothing named {} in a rule file", ticked(key.str())),
                  did_you_mean(key.str(), kMeant));
}

}  // namespace

bool is_rule_key(std::string_view name) {
  return contains(kLaterKeys, name) || contains(kRuleKeys, name, &RuleKey::name);
}

void read_rules(Document& document, const Sets& sets, std::vector<Rule>& rules) {
  for (auto&& [key, node] : document.root()) {
    if (set_kind_of(key.str())) continue;  // read_sets() has seen to it
    if (key.str() != "rule") {
      report_stranger(document, key, node);
      continue;
    }
    const auto* list = node.as_array();
    const bool all_tables = list != nullptr && std::ranges::all_of(*list, [](const auto& each) {
                              return each.is_table();
                            });
    if (!all_tables) {
      document.report(key.source().begin, "this is not how a rule starts",
                      "write [[rule]], in two pairs of brackets, alone on the line");
      continue;
    }
    for (const toml::node& element : *list)
      rules.push_back(read_rule(document, *element.as_table(), sets, rules));
  }
}

}  // namespace usher::config
