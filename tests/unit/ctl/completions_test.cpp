// SPDX-License-Identifier: Apache-2.0
// The completions know every command and option that --help shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {
namespace {

using Words = std::vector<std::string>;

struct Page {
  Words command;  // {"otp", "add"}
  std::set<std::string> options;
  std::set<std::string> subcommands;
};

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Reads `usherctl COMMAND --help` as its readers do: by its headings and indentation.
Page page_of(const Words& command) {
  Page page{.command = command, .options = {}, .subcommands = {}};
  Words arguments = command;
  arguments.emplace_back("--help");
  std::istringstream help(usherctl(arguments).out);
  std::string section;
  for (std::string line; std::getline(help, line);) {
    if (!line.starts_with(' ')) section = line;
    std::smatch names;
    if (section == "Subcommands:" && std::regex_search(line, names, std::regex("^  ([a-z]+)")))
      page.subcommands.insert(names[1]);
    if (section != "Options:" || !line.starts_with("  -")) continue;
    const std::string list = line.substr(2, line.find(' ', 2) - 2);
    std::istringstream each(list);
    for (std::string name; std::getline(each, name, ',');) page.options.insert(name);
  }
  return page;
}

std::vector<Page> all_pages(const Words& command = {}) {
  const Page own = page_of(command);
  std::vector<Page> pages{own};
  for (const std::string& name : own.subcommands) {
    Words below = command;
    below.push_back(name);
    for (Page& page : all_pages(below)) pages.push_back(std::move(page));
  }
  return pages;
}

std::string completion_file(const std::string& file) {
  std::ifstream in(std::string(USHER_COMPLETIONS) + "/" + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What bash offers behind `words` for a word that begins with `start`.
std::set<std::string> bash_offers(const Words& words, const std::string& start) {
  const std::string script = "source " USHER_COMPLETIONS "/usherctl.bash; COMP_WORDS=(usherctl " +
                             joined(words) + " '" + start +
                             "'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _usherctl; "
                             "printf '%s\\n' \"${COMPREPLY[@]}\"";
  const Outcome outcome = run_program("/bin/bash", {"-c", script});
  EXPECT_EQ(outcome.err, "");
  std::istringstream lines(outcome.out);
  std::set<std::string> offers;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) offers.insert(line);
  return offers;
}

TEST(Completions, ThereIsSomethingToComplete) {
  const auto pages = all_pages();
  EXPECT_EQ(pages.size(), 54U);  // usherctl, ten families, forty-three commands
  EXPECT_TRUE(page_of({"otp", "add"}).options.contains("--no-qr"));
}

TEST(Completions, BashOffersExactlyWhatHelpShows) {
  const std::set<std::string> common = page_of({}).options;
  for (const Page& page : all_pages()) {
    std::set<std::string> expected = page.options;
    expected.insert(common.begin(), common.end());
    if (!page.command.empty()) expected.erase("--version");
    EXPECT_EQ(bash_offers(page.command, "-"), expected) << joined(page.command);
    if (page.subcommands.empty()) continue;
    EXPECT_EQ(bash_offers(page.command, ""), page.subcommands) << joined(page.command);
  }
}

TEST(Completions, BashOffersTheValuesOfAnOption) {
  EXPECT_EQ(bash_offers({"otp", "add", "--algorithm"}, "SHA2"), std::set<std::string>{"SHA256"});
  EXPECT_EQ(bash_offers({"otp", "add", "--digits", "="}, ""),
            (std::set<std::string>{"6", "7", "8"}));
  EXPECT_EQ(bash_offers({"--color"}, "a"), (std::set<std::string>{"always", "auto"}));
}

TEST(Completions, BashFindsTheCommandBehindOptionsAndTheirValues) {
  EXPECT_EQ(bash_offers({"--config", "log", "otp"}, "l"), std::set<std::string>{"list"});
  EXPECT_EQ(bash_offers({"--config", "=", "log", "otp"}, "l"), std::set<std::string>{"list"});
}

/// Of the zsh file: what stands between "(COMMAND)" and ";;", and the common options.
std::string zsh_section(const std::string& text, const std::string& command) {
  const std::regex head(R"(\n  \(([^)]*)\)\n)");
  for (std::sregex_iterator at(text.begin(), text.end(), head), end; at != end; ++at) {
    std::istringstream names((*at)[1]);
    for (std::string name; std::getline(names, name, '|');)
      if (name == command || name == "'" + command + "'")
        return text.substr(static_cast<std::size_t>(at->position()),
                           text.find(";;", static_cast<std::size_t>(at->position())) -
                               static_cast<std::size_t>(at->position()));
  }
  return {};
}

TEST(Completions, ZshKnowsAllThatHelpShows) {
  const std::string text = completion_file("_usherctl");
  for (const Page& page : all_pages()) {
    const bool leaf = page.subcommands.empty();
    const std::string section = leaf ? zsh_section(text, joined(page.command)) : text;
    EXPECT_NE(section, "") << joined(page.command);
    for (const std::string& option : page.options) {
      const bool everywhere = option == "-h" || option == "--help";
      const std::regex mention("[^a-z-]" + option + "[^a-z-]");
      EXPECT_TRUE(std::regex_search(everywhere ? text : section, mention))
          << joined(page.command) << " " << option;
    }
    for (const std::string& name : page.subcommands)
      EXPECT_NE(text.find("'" + name + ":"), std::string::npos) << name;
  }
}

TEST(Completions, FishKnowsAllThatHelpShows) {
  const std::string text = completion_file("usherctl.fish");
  for (const Page& page : all_pages()) {
    const std::string where = page.subcommands.empty()
                                  ? "-n '__usherctl_is " + joined(page.command) + "'"
                                  : std::string();
    for (const std::string& option : page.options) {
      const bool everywhere = option == "-h" || option == "--help";
      const std::string flag =
          option.starts_with("--") ? "-l " + option.substr(2) : "-s " + option.substr(1);
      const std::regex line("\ncomplete -c usherctl " + (everywhere ? std::string() : where) +
                            "[^\n]*" + flag + " ");
      EXPECT_TRUE(std::regex_search(text, line)) << joined(page.command) << " " << option;
    }
    for (const std::string& name : page.subcommands)
      EXPECT_NE(text.find(" -a " + name + " "), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace usher::testing
