// SPDX-License-Identifier: Apache-2.0
#include "ctl/passphrase.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/terminal.h"
#include "daemon/store/private_file.h"

namespace usher::ctl {
namespace {

/// Whoever has the file may guess as long as they like, and has all the seeds behind one guess.
constexpr std::size_t kShortest = 12;

ExitCode complain_of_line(LineEnd end) {
  switch (end) {
    case LineEnd::ended:
      return complain_of("there was no passphrase", "It is one line.");
    case LineEnd::too_long:
      return complain_of(fmt::format("a passphrase has at most {} bytes", kMaxSecret));
    case LineEnd::not_text:
      return complain_of("a passphrase is text: it can't hold a NUL byte");
    case LineEnd::interrupted:
      return complain_of("broken off");
    case LineEnd::failed:
    case LineEnd::read:
      break;
  }
  return complain(
      {.what = "the passphrase could not be read, or its echo not be switched off", .next = {}});
}

}  // namespace

void add_passphrase_options(CLI::App& app, PassphraseWish& wish) {
  auto* const file = app.add_option("--passphrase-file", wish.file,
                                    "Read the passphrase from the first line of this file")
                         ->type_name("FILE");
  app.add_flag("--stdin", wish.from_standard_input,
               "Read the passphrase from standard input, one line")
      ->excludes(file);
}

std::expected<PassphraseSource, ExitCode> PassphraseSource::open(const PassphraseWish& wish) {
  if (wish.file.empty()) return PassphraseSource(wish.from_standard_input, {});
  auto file = open_private_file(wish.file, Sharing::none);
  if (!file) return std::unexpected(complain_of("the passphrase: " + file.error().message));
  return PassphraseSource(false, *std::move(file));
}

std::expected<Secret, ExitCode> PassphraseSource::ask() const {
  return ask("Passphrase of the backup: ");
}

std::expected<Secret, ExitCode> PassphraseSource::ask_for_new() const {
  auto passphrase = ask("Passphrase for the backup: ");
  if (!passphrase) return passphrase;
  if (passphrase->size() < kShortest)
    return std::unexpected(complain_of(
        fmt::format("a passphrase has at least {} characters", kShortest),
        "Whoever gets at the file can guess as long as they like: take several words."));
  if (file_.valid() || from_standard_input_) return passphrase;
  const auto again = ask("The same passphrase again: ");
  if (!again) return std::unexpected(again.error());
  if (!passphrase->equals(again->expose()))
    return std::unexpected(complain_of("the two were not the same", "Nothing was done."));
  return passphrase;
}

std::expected<Secret, ExitCode> PassphraseSource::ask(const char* question) const {
  Secret passphrase;
  const LineEnd end = [&] {
    if (file_.valid()) return read_line(file_.get(), passphrase);
    Terminal terminal = Terminal::open(from_standard_input_);
    static_cast<void>(terminal.ask({.style = PromptStyle::hidden, .text = question}, passphrase));
    return terminal.last_answer();
  }();
  if (end != LineEnd::read) return std::unexpected(complain_of_line(end));
  return passphrase;
}

}  // namespace usher::ctl
