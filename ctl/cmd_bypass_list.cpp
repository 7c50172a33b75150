// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "ctl/issued_table.h"

namespace usher::ctl {
namespace {

Run setup_bypass_list(CLI::App& app) {
  const auto user = std::make_shared<std::string>();
  app.add_option("USER", *user, "Whose; without it everybody's for administrators, else your own")
      ->type_name("");
  return [user](const Globals& globals) {
    return list_issued(globals, "ListBypasses", "bypasses", *user, "There is no bypass.");
  };
}

}  // namespace

const Command kBypassList{
    .name = "bypass list",
    .summary = "List bypasses, and who issued them",
    .lesson = R"(Shows where each counts, until when, and whether it was used, never the secret.

Examples:
  usherctl bypass list
  usherctl bypass list ada)",
    .setup = setup_bypass_list};

}  // namespace usher::ctl
