// SPDX-License-Identifier: Apache-2.0
// The rules of a company, and what each request of requests.txt has to come to by them.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/units.h"
#include "daemon/login/group_facts.h"
#include "daemon/policy/rule_index.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/config/scratch_directory.h"
#include "tests/unit/golden_file.h"

namespace usher {
namespace {

namespace fs = std::filesystem;
using Fields = std::vector<std::string>;

const fs::path kCompany = fs::path(USHER_SOURCE_DIR) / "tests/unit/company";

RuleSet company_rules() {
  const testing::ScratchDirectory scratch;
  for (const auto& file : fs::directory_iterator(kCompany / "rules.d"))
    scratch.write("rules.d/" + file.path().filename().string(), testing::content_of(file.path()));
  const auto loaded =
      load_configuration(scratch.write("usher.toml", "[rules]\ndirectories = [\"rules.d\"]\n"));
  if (loaded) return loaded->rules;
  ADD_FAILURE() << render_all(loaded.error());
  return {};
}

void settle(testing::FakeHost& host) {
  const Group staff{"staff", 100};
  const Group admins{"admins", 200};
  const Group dev{"dev", 300};
  const Group contractors{"contractors", 400};
  const Group service{"service", 500};
  const Group leavers{"leavers", 900};
  host.add_user("root", 0, {{"root", 0}});
  host.add_user("anna", 1001, {staff, admins});
  host.add_user("omar", 1002, {staff, admins, {"oncall", 210}});
  host.add_user("dora", 1003, {staff, dev});
  host.add_user("emil", 1004, {staff, {"lab", 4711}});
  host.add_user("carl", 1005, {contractors});
  host.add_user("cleo", 1006, {contractors, dev});
  host.add_user("lena", 1007, {staff, leavers});
  host.add_user("lars", 1008, {admins, leavers});
  host.add_user("gast", 1009, {{"guests", 600}});
  host.add_user("backup", 901, {service});
  host.add_user("deploy", 902, {service});
  host.add_user("sddm", 903, {{"sddm", 903}});
  host.add_group("4711", {.gid = 4711, .members = {}});
}

Fields split(const std::string& text, char mark) {
  Fields parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, mark);) parts.push_back(part);
  return parts;
}

/// "Wed-14:00" in Berlin, in the week of 2026-01-12, or "2026-10-25T00:30" in UTC.
std::optional<std::int64_t> moment_of(const std::string& when) {
  if (when == "?") return std::nullopt;
  constexpr std::int64_t kMonday = 1'768'176'000 - 3'600;  // 2026-01-12, in Berlin
  const auto number = [&](std::size_t at, std::size_t length) {
    return std::stoi(when.substr(at, length));
  };
  if (when.size() == 9) {
    for (unsigned day = 0; day < 7; ++day)
      if (when.starts_with(day_name(day)))
        return kMonday + day * 86'400 + number(4, 2) * 3'600 + number(7, 2) * 60;
  }
  using namespace std::chrono;
  const sys_days day = year(number(0, 4)) / number(5, 2) / number(8, 2);
  return sys_seconds(day).time_since_epoch().count() + number(11, 2) * 3'600 + number(14, 2) * 60;
}

/// "key", "password", or what the session holds: "otp@8h".
Proof proof_in(const std::string& text) {
  const std::size_t at = text.find('@');
  const std::string name = text.substr(0, at);
  if (at != std::string::npos) {
    const auto factor = name == "key" ? Factor::publickey : factor_named(name);
    const auto age = config::parse_duration(text.substr(at + 1));
    EXPECT_TRUE(factor && age) << text;
    return {.factor = factor.value_or(Factor{}),
            .by = ProvenBy::session,
            .detail = {},
            .age = age.value_or(0)};
  }
  if (name == "key") return {.factor = Factor::publickey, .by = ProvenBy::sshd, .detail = {}};
  EXPECT_EQ(name, "password");
  return {.factor = Factor::password, .by = ProvenBy::stack, .detail = {}};
}

std::vector<Proof> proofs_in(const std::string& text) {
  std::vector<Proof> proofs;
  if (text == "-") return proofs;
  for (const std::string& each : split(text, '+')) proofs.push_back(proof_in(each));
  return proofs;
}

/// As the table has it: decision, rule, missing.
std::string told(const Decision& decision) {
  std::string text(name_of(decision.kind));
  if (decision.kind == Decision::Kind::observed) text += ":" + std::string(name_of(decision.would));
  if (decision.reason.contains("can't be known")) {
    EXPECT_EQ(decision.kind, Decision::Kind::denied);
    text = "unknown";
  }
  text += " " + (decision.rule != nullptr ? decision.rule->name : "-") + " ";
  if (decision.missing.empty()) return text + "-";
  for (std::size_t i = 0; i < decision.missing.size(); ++i)
    text += (i > 0 ? "+" : "") + spelled(decision.missing[i]);
  return text;
}

/// A line of the table: six fields of a request, each with one value or more, and what comes of it.
struct Line {
  std::vector<Fields> request;
  std::string expected;
};

std::vector<Line> table() {
  std::vector<Line> lines;
  std::ifstream in(kCompany / "requests.txt");
  for (std::string text; std::getline(in, text);) {
    if (text.empty() || text.starts_with('#')) continue;
    std::istringstream words(text);
    Fields all{std::istream_iterator<std::string>(words), {}};
    if (all.size() != 10 || all[6] != "=>") {
      ADD_FAILURE() << "not a line of the table: " << text;
      continue;
    }
    Line line{.request = {}, .expected = all[7] + " " + all[8] + " " + all[9]};
    for (std::size_t i = 0; i < 6; ++i) line.request.push_back(split(all[i], ','));
    lines.push_back(std::move(line));
  }
  return lines;
}

/// Each request that a line stands for.
std::vector<Fields> combinations(const std::vector<Fields>& values) {
  std::vector<Fields> all = {{}};
  for (const Fields& field : values) {
    std::vector<Fields> longer;
    for (const Fields& begun : all)
      for (const std::string& value : field) {
        longer.push_back(begun);
        longer.back().push_back(value);
      }
    all = std::move(longer);
  }
  return all;
}

class Company : public ::testing::Test {
 protected:
  Company() { settle(host_); }

  void expect(const Fields& request, const std::string& expected) {
    const auto found = host_.find_user(request[0]);
    const Person* person = found && *found ? &**found : nullptr;
    const GroupFacts groups = look_up_groups(index_.group_names(), person, host_);
    const std::vector<Proof> proven = proofs_in(request[5]);
    Facts facts{.service = request[1],
                .source = Source::of(request[2] == "-" ? "" : request[2]),
                .tty = request[3] == "-" ? "" : std::string_view(request[3]),
                .now = moment_of(request[4]),
                .person_known = request[0] != "broken",
                .person = groups.person ? &*groups.person : nullptr,
                .unresolved_groups = groups.unresolved,
                .proven = proven};
    if (request[3] == "?") facts.tty.reset();
    EXPECT_EQ(told(judge(rules_, facts)), expected);
    EXPECT_EQ(told(judge(index_, facts)), expected) << "by the index";
    EXPECT_EQ(told(explain(rules_, facts).decision), expected) << "as explained";
  }

  testing::FakeHost host_;
  RuleSet rules_ = company_rules();
  RuleIndex index_{rules_};
};

TEST_F(Company, DecidesEachRequestAsItsRulesRead) {
  EXPECT_GE(rules_.rules.size(), 25U);
  std::size_t requests = 0;
  for (const Line& line : table())
    for (const Fields& request : combinations(line.request)) {
      std::string named;
      for (const std::string& field : request) named += field + " ";
      SCOPED_TRACE(named);
      expect(request, line.expected);
      ++requests;
    }
  EXPECT_GE(requests, 300U);
}

TEST_F(Company, HasARequestForEachRule) {
  std::map<std::string, int> decided;
  for (const Line& line : table()) ++decided[split(line.expected, ' ').at(1)];
  for (const Rule& rule : rules_.rules) EXPECT_GE(decided[rule.name], 1) << rule.name;
}

}  // namespace
}  // namespace usher
