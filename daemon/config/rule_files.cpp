// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/rule_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "daemon/config/text.h"

namespace usher::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.';
}

bool is_expectation_file_name(std::string_view name) {
  return name.ends_with(".test.toml") && !name.starts_with('.');
}

/// NN-name.toml: with two digits each, the order of names is the order of numbers.
bool is_rule_file_name(std::string_view name) {
  constexpr std::string_view kSuffix = ".toml";
  if (name.size() <= 3 + kSuffix.size() || !name.ends_with(kSuffix)) return false;
  if (is_expectation_file_name(name)) return false;
  return is_digit(name[0]) && is_digit(name[1]) && name[2] == '-' &&
         std::ranges::all_of(name, is_name_character);
}

std::string path_of(const std::string& directory, const std::string& name) {
  return (std::filesystem::path(directory) / name).string();
}

class Collector {
 public:
  enum class Wanted : unsigned char { rules = 1, expectations };

  Collector(std::span<const std::string> directories, Wanted wanted)
      : directories_(directories), wanted_(wanted) {}

  RuleFiles collect() {
    for (std::size_t i = 0; i < directories_.size(); ++i) open(i);
    if (opened_.empty() && found_.problems.empty()) report_none();
    for (const auto& [name, opened] : newest_) read(name, opened);
    return std::move(found_);
  }

 private:
  struct Opened {
    std::size_t index;
    SafeDirectory directory;
  };

  void open(std::size_t index) {
    const std::string& path = directories_[index];
    auto directory = SafeDirectory::open(path);
    if (!directory) {
      if (!directory.error().missing) report_directory(index, std::move(directory.error()));
      return;
    }
    const auto names = directory->names();
    if (!names) return report_directory(index, names.error());
    opened_.push_back({index, std::move(*directory)});
    for (const std::string& name : *names) sort_in(path, name);
  }

  void sort_in(const std::string& directory, const std::string& name) {
    const bool rules = wanted_ == Wanted::rules;
    const bool expectations = is_expectation_file_name(name);
    if (rules ? is_rule_file_name(name) : expectations) {
      newest_.insert_or_assign(name, opened_.size() - 1);
    } else if (rules && !expectations && name.ends_with(".toml") && !name.starts_with('.')) {
      const FileProblem problem{
          .message = "this is not how a rule file is named, so its rules would not count",
          .hint =
              "name it with two digits, such as 50-ssh.toml; letters of a-z, digits, -, _ and ."};
      found_.problems.push_back({path_of(directory, name), problem, std::nullopt});
    }
  }

  void read(const std::string& name, std::size_t opened) {
    const Opened& from = opened_[opened];
    std::string path = path_of(directories_[from.index], name);
    auto text = from.directory.read(name);
    if (text)
      found_.files.push_back({std::move(path), name, std::move(*text)});
    else
      found_.problems.push_back({std::move(path), std::move(text.error()), std::nullopt});
  }

  void report_directory(std::size_t index, FileProblem problem) {
    found_.problems.push_back({directories_[index], std::move(problem), index});
  }

  void report_none() {
    if (directories_.empty()) return;
    std::vector<std::string_view> names(directories_.begin(), directories_.end());
    report_directory(0, {.missing = true,
                         .message = fmt::format("there is no directory {}", listed(names)),
                         .hint = "make one, or name another under [rules] in usher.toml"});
  }

  std::span<const std::string> directories_;
  Wanted wanted_;
  std::vector<Opened> opened_;
  std::map<std::string, std::size_t> newest_;  // file name to place in opened_
  RuleFiles found_;
};

}  // namespace

RuleFiles find_rule_files(std::span<const std::string> directories) {
  return Collector(directories, Collector::Wanted::rules).collect();
}

RuleFiles find_expectation_files(std::span<const std::string> directories) {
  return Collector(directories, Collector::Wanted::expectations).collect();
}

}  // namespace usher::config
