// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/settings.h"

#include <gtest/gtest.h>

namespace usher::config {
namespace {

/// What a file in /etc/usher that has nothing wrong with it says.
SettingsFile settings_of(std::string_view text) {
  Document document("usher.toml", std::string(text));
  SettingsFile file = read_settings(document, "/etc/usher");
  for (const Finding& finding : document.findings()) ADD_FAILURE() << render(finding);
  return file;
}

TEST(SettingsFile, AnEmptyFileIsAllDefaults) {
  const SettingsFile file = settings_of("");
  EXPECT_EQ(file.settings, Settings{});
  EXPECT_EQ(file.services.self_verifying, ServiceTraits{}.self_verifying);
  EXPECT_TRUE(file.rules_known);
}

TEST(SettingsFile, EverythingCanBeSet) {
  const SettingsFile file = settings_of(R"(
    [sockets]
    root = "/r"
    self = "/s"
    control = "/c"
    [state]
    store = "/db"
    master_key = "/key"
    [rules]
    directories = ["/one", "/two/"]
    [audit]
    file = "/log"
    journal = true
    [keeper]
    socket = "/k"
    shadow = "/hashes"
    user = "doorman"
    [password]
    memory = "19 MiB"
    passes = 3
    parallel = 4
    least_length = 20
    least_length_with_code = 10
    history = 9
    [login]
    prompt_timeout = "5s"
    dialogue_timeout = "6s"
    root_dialogues = 7
    root_dialogues_reserved = 6
    root_dialogues_per_host = 8
    self_dialogues = 9
    self_dialogues_per_user = 10
    self_verifying = ["sshd", "sshd-other"]
    [sessions]
    not_logins = ["fcron"]
    history = "30d"
  )");
  const Settings expected{.root_socket = "/r",
                          .self_socket = "/s",
                          .control_socket = "/c",
                          .store = "/db",
                          .master_key = "/key",
                          .rules = {"/one", "/two"},
                          .audit_file = "/log",
                          .audit_journal = true,
                          .keeper_socket = "/k",
                          .keeper_shadow = "/hashes",
                          .keeper_user = "doorman",
                          .password_memory_bytes = std::uint64_t{19} << 20,
                          .password_passes = 3,
                          .password_parallel = 4,
                          .password_least_length = 20,
                          .password_least_length_with_code = 10,
                          .password_history = 9,
                          .prompt_seconds = 5,
                          .dialogue_seconds = 6,
                          .root_dialogues = 7,
                          .root_dialogues_reserved = 6,
                          .root_dialogues_per_host = 8,
                          .self_dialogues = 9,
                          .self_dialogues_per_user = 10,
                          .history_seconds = 30U * 24 * 3600};
  EXPECT_EQ(file.settings, expected);
  EXPECT_EQ(file.services.self_verifying, (std::vector<std::string>{"sshd", "sshd-other"}));
  EXPECT_EQ(file.services.not_logins, std::vector<std::string>{"fcron"});
}

TEST(SettingsFile, AdministratorsAreUsersAndGroups) {
  const SettingsFile file = settings_of(R"(admins = ["group:helpdesk", "ada", "group:60"])");
  EXPECT_EQ(file.admins.users, std::vector<std::string>{"ada"});
  EXPECT_EQ(file.admins.groups, (std::vector<std::string>{"helpdesk", "60"}));
  EXPECT_EQ(settings_of("admins = \"ada\"").admins.users, std::vector<std::string>{"ada"});
  EXPECT_EQ(settings_of("admins = []").admins, Administrators{});
}

TEST(SettingsFile, DottedKeysAreTheSameSettings) {
  EXPECT_EQ(settings_of("login.prompt_timeout = \"5s\"").settings.prompt_seconds, 5U);
}

TEST(SettingsFile, RelativePathsStartAtTheFilesDirectory) {
  const Settings settings = settings_of(R"(
    sockets.root = "run/root.sock"
    state.store = "./store.db"
    state.master_key = "../key"
    audit.file = "audit.jsonl"
    rules.directories = "rules.d"
  )")
                                .settings;
  EXPECT_EQ(settings.root_socket, "/etc/usher/run/root.sock");
  EXPECT_EQ(settings.store, "/etc/usher/store.db");
  EXPECT_EQ(settings.master_key, "/etc/usher/../key");
  EXPECT_EQ(settings.audit_file, "/etc/usher/audit.jsonl");
  EXPECT_EQ(settings.rules, std::vector<std::string>{"/etc/usher/rules.d"});
}

TEST(SettingsFile, TheAuditFileCanBeLeftOutWhereThereIsTheJournal) {
  const Settings settings = settings_of("[audit]\nfile = \"\"\njournal = true\n").settings;
  EXPECT_EQ(settings.audit_file, "");
  EXPECT_TRUE(settings.audit_journal);
}

TEST(SettingsFile, TheKeeperCanBeLeftOut) {
  const Settings settings =
      settings_of("[keeper]\nsocket = \"\"\n[audit]\nfile = \"\"\njournal = true\n").settings;
  EXPECT_EQ(settings.keeper_socket, "");
}

TEST(SettingsFile, TheKeepersUserHasAName) {
  for (const char* text : {"keeper.user = \"\"", "keeper.user = \"*\"", "keeper.user = 1",
                           "keeper.socket = \"/run/usher/root.sock\""}) {
    Document document("usher.toml", text);
    static_cast<void>(read_settings(document, "/etc/usher"));
    EXPECT_EQ(document.findings().size(), 1U) << text;
  }
}

TEST(SettingsFile, NoServiceNeedsToBeSelfVerifying) {
  EXPECT_TRUE(settings_of("login.self_verifying = []").services.self_verifying.empty());
}

TEST(SettingsFile, TheLimitsThemselvesAreAllowed) {
  EXPECT_EQ(settings_of("password.memory = \"4 GiB\"").settings.password_memory_bytes,
            std::uint64_t{4} << 30);
  EXPECT_EQ(settings_of("password.least_length = 8").settings.password_least_length, 8U);
  EXPECT_EQ(settings_of("password.history = 0").settings.password_history, 0U);
  EXPECT_EQ(settings_of("password.passes = 64").settings.password_passes, 64U);
  EXPECT_EQ(settings_of("login.dialogue_timeout = \"1h\"").settings.dialogue_seconds, 3600U);
  EXPECT_EQ(settings_of("login.root_dialogues_reserved = 0").settings.root_dialogues_reserved, 0U);
  const std::string longest = "/" + std::string(106, 's');
  EXPECT_EQ(settings_of("sockets.root = \"" + longest + "\"").settings.root_socket, longest);
}

TEST(SettingsFile, WhatIsBeyondALimitIsRefused) {
  for (const std::string& text :
       {std::string("password.memory = \"19455 KiB\""), std::string("password.memory = \"5 GiB\""),
        std::string("password.passes = 1"), std::string("password.least_length = 7"),
        std::string("password.least_length_with_code = 7"), std::string("password.history = 25"),
        std::string("password.passes = 65"), "keeper.socket = \"/" + std::string(107, 'k') + "\"",
        std::string("login.dialogue_timeout = \"3601s\""),
        "sockets.root = \"/" + std::string(107, 's') + "\""}) {
    Document document("usher.toml", text);
    const SettingsFile file = read_settings(document, "/etc/usher");
    EXPECT_EQ(document.findings().size(), 1U) << text;
    EXPECT_EQ(file.settings, Settings{}) << text;
  }
}

TEST(SettingsFile, RulesAreNotLookedForWhereTheyMayNotBeMeantToBe) {
  for (const char* text : {"[rules]\ndirectories = []", "[rules]\ndirectories = [7]", "[rule]\n",
                           "rules = 1", "[ruls]\ndirectories = [\"/x\"]", "syntax error"}) {
    Document document("usher.toml", text);
    EXPECT_FALSE(read_settings(document, "/etc/usher").rules_known) << text;
    EXPECT_FALSE(document.findings().empty()) << text;
  }
}

TEST(SettingsFile, AByteOrderMarkAndDosLineEndsChangeNothing) {
  EXPECT_EQ(
      settings_of("\xEF\xBB\xBF[login]\r\nprompt_timeout = \"5s\"\r\n").settings.prompt_seconds,
      5U);
}

}  // namespace
}  // namespace usher::config
