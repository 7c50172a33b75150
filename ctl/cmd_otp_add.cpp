// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "ctl/manage.h"

namespace usher::ctl {
namespace {

Run setup_otp_add(CLI::App& app) {
  const auto change = std::make_shared<Change>(Change{.operation = "otp.add"});
  add_change_options(app, *change);
  app.add_option("--label", change->label, "What to call it; \"default\" without it")
      ->type_name("NAME");
  app.add_option("--algorithm", change->algorithm, "SHA1 (the default), SHA256 or SHA512")
      ->type_name("NAME")
      ->transform(CLI::IsMember({"SHA1", "SHA256", "SHA512"}, CLI::ignore_case).description(""));
  app.add_option("--digits", change->digits, "Digits of a code, 6 (the default) to 8")
      ->type_name("N")
      ->check(CLI::Range(6, 8).description(""));
  app.add_option("--period", change->period, "How long a code is shown; 30 without it")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 3600).description(""));
  app.add_flag_callback(
      "--hotp", [change] { change->kind = "HOTP"; },
      "Codes that count instead of following the clock, as some tokens show");
  app.add_flag("--no-qr,--plain", change->plain, "Show no QR code, only the address and secret");
  return [change](const Globals& globals) {
    const std::string done = change->label.empty()
                                 ? std::string("one-time code added")
                                 : fmt::format("one-time code \"{}\" added", change->label);
    return make_change(globals, *change, done);
  };
}

}  // namespace

const Command kOtpAdd{
    .name = "otp add",
    .summary = "Add a generator of one-time codes, such as an app on a phone",
    .lesson =
        R"(Shows a QR code to scan, with the address and the secret that are in it, and asks for
a code to see that it arrived. Many apps know only SHA1, 6 digits and 30 seconds.

Examples:
  usherctl otp add                       for yourself
  usherctl otp add ada --label phone     as root: for Ada
  usherctl otp add --no-qr               for a terminal that can't draw it)",
    .setup = setup_otp_add};

}  // namespace usher::ctl
