// SPDX-License-Identifier: Apache-2.0
// The passphrase of a backup: asked for at the terminal, or from a file or standard input; never
// taken from arguments or the environment.
#pragma once

#include <expected>
#include <string>

#include "ctl/command.h"
#include "usher/secret.h"
#include "usher/unique_fd.h"

namespace CLI {
class App;
}

namespace usher::ctl {

struct PassphraseWish {
  std::string file;  // empty: none
  bool from_standard_input = false;
};

/// --passphrase-file and --stdin.
void add_passphrase_options(CLI::App& app, PassphraseWish& wish);

/// Where the passphrase comes from. open() belongs before root is given up, ask behind that.
class PassphraseSource {
 public:
  /// A file must be root's or the caller's, and closed to others.
  [[nodiscard]] static std::expected<PassphraseSource, ExitCode> open(const PassphraseWish& wish);

  /// The passphrase of a backup that is there.
  [[nodiscard]] std::expected<Secret, ExitCode> ask() const;
  /// One for a backup to come: at least 12 bytes, and typed twice at a terminal.
  [[nodiscard]] std::expected<Secret, ExitCode> ask_for_new() const;

 private:
  explicit PassphraseSource(bool from_standard_input, UniqueFd file)
      : from_standard_input_(from_standard_input), file_(static_cast<UniqueFd&&>(file)) {}
  [[nodiscard]] std::expected<Secret, ExitCode> ask(const char* question) const;

  bool from_standard_input_;
  UniqueFd file_;
};

}  // namespace usher::ctl
