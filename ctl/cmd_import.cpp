// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/complaint.h"
#include "ctl/import_plan.h"
#include "ctl/mistakes.h"
#include "ctl/output.h"
#include "ctl/plain_text.h"
#include "ctl/store_work.h"
#include "daemon/config/findings.h"
#include "daemon/config/text.h"
#include "daemon/host/host.h"
#include "daemon/interchange/secret_file.h"
#include "usher/message.h"

namespace usher::ctl {
namespace {

using interchange::Format;
using interchange::Import;
using interchange::ImportedCode;
using interchange::SecretFile;

constexpr std::string_view kDash = "-";
constexpr auto kStandardInput = "standard input";

struct ImportOptions {
  std::vector<std::string> files;
  std::string format;  // empty: told by what is in the file
  SaidOfCodes said;
  bool dry_run = false;
  bool skip_bad = false;
};

void add_finding(Import& import, Severity severity, const std::string& file, std::string message,
                 std::string hint) {
  import.findings.push_back({.at = {.file = config::printable(file)},
                             .message = std::move(message),
                             .hint = std::move(hint),
                             .source_line = {},
                             .severity = severity});
}

/// A file of google-authenticator is about its owner; nothing in it says so.
void name_owner(Import& import, std::size_t first, std::optional<uid_t> owner, Host& host) {
  if (!owner) return;
  const auto person = host.find_user(*owner);
  if (!person || !*person) return;  // then nothing says whose it is
  for (ImportedCode& code : std::span(import.codes).subspan(first)) code.user = (*person)->name;
}

std::expected<SecretFile, Finding> open_one(const std::string& file) {
  if (file == kDash) return SecretFile::read(STDIN_FILENO, kStandardInput);
  return SecretFile::read(file);
}

void read_one(const std::string& file, const ImportOptions& options, Host& host, Import& import) {
  const auto opened = open_one(file);
  if (!opened) return import.findings.push_back(opened.error());
  const std::string name = file == kDash ? kStandardInput : file;
  const auto format = options.format.empty() ? interchange::format_of(opened->content())
                                             : interchange::format_named(options.format);
  if (!format)
    return add_finding(import, Severity::mistake, name, "this is of no format that is known here",
                       fmt::format("if it is, say of which by --format: {}",
                                   config::listed(interchange::format_names())));
  if (opened->is_open_to_others())
    add_finding(import, Severity::warning, name, "others than its owner may read this file",
                "who has read a secret has its codes: where somebody may have, enrol anew");
  const std::size_t first = import.codes.size();
  interchange::read_codes(opened->content(), name, *format, import);
  if (*format == Format::google_authenticator && options.said.user.empty())
    name_owner(import, first, opened->owner(), host);
  if (opened->owner()) drop_strangers(import, first, *opened->owner(), options.said, host);
}

/// What the files hold, and whose it is.
Import read_files(const ImportOptions& options) {
  LinuxHost host;
  Import import;
  for (const std::string& file : options.files)
    if (!import.broken_off) read_one(file, options, host, import);
  settle_owners(import, options.said, host);
  interchange::drop_repeated(import);
  return import;
}

bool has_mistakes(const Import& import) {
  return std::ranges::find(import.findings, Severity::mistake, &Finding::severity) !=
         import.findings.end();
}

std::string_view kind_of(const OtpParameters& parameters) {
  return parameters.kind == OtpKind::hotp ? "hotp" : "totp";
}

std::string_view algorithm_of(const OtpParameters& parameters) {
  switch (parameters.algorithm) {
    case OtpAlgorithm::sha256:
      return "sha256";
    case OtpAlgorithm::sha512:
      return "sha512";
    case OtpAlgorithm::sha1:
      break;
  }
  return "sha1";
}

std::string place_of(const ImportedCode& code) {
  return fmt::format("{}:{}", code.at.file, code.at.line);
}

/// What moves the codes on, and from where.
std::string movement_of(const ImportedCode& code) {
  if (code.parameters.kind == OtpKind::totp) return fmt::format("{} s", code.parameters.period);
  return fmt::format("from {}", code.last_step ? *code.last_step + 1 : 0);
}

/// The codes as they are shown: their secrets are gone from them by then.
struct Report {
  bool dry_run = false;
  bool done = false;
  std::vector<ImportedCode> codes;
  std::vector<Finding> findings;
};

Json row_of(const ImportedCode& code) {
  const OtpParameters& parameters = code.parameters;
  Json row = {{"user", code.user},
              {"label", code.label},
              {"kind", kind_of(parameters)},
              {"algorithm", algorithm_of(parameters)},
              {"digits", parameters.digits}};
  if (parameters.kind == OtpKind::totp)
    row["period"] = parameters.period;
  else
    row["counter"] = code.last_step ? *code.last_step + 1 : 0;
  row["file"] = code.at.file;
  row["line"] = code.at.line;
  return row;
}

void print_as_json(const Report& report) {
  Json codes = Json::array();
  for (const ImportedCode& code : report.codes) codes.push_back(row_of(code));
  print_json({{"dry_run", report.dry_run},
              {"changed", report.done},
              {"codes", std::move(codes)},
              {"findings", json_of(report.findings)}});
}

void print_as_text(const Globals& globals, const Report& report) {
  print_findings(report.findings);
  if (report.codes.empty()) {
    fmt::print("No code was found that could be taken over.\n");
    return;
  }
  const std::string codes = counted(report.codes.size(), "code", "codes");
  if (report.done)
    fmt::print("{} taken over:\n", codes);
  else
    fmt::print("{} would be taken over:\n", codes);
  Table table({"USER", "LABEL", "KIND", "ALGORITHM", "DIGITS", "MOVES", "FROM"});
  for (const ImportedCode& code : report.codes)
    table.add({{.text = code.user, .style = Style::strong},
               {.text = code.label},
               {.text = std::string(kind_of(code.parameters))},
               {.text = std::string(algorithm_of(code.parameters))},
               {.text = fmt::format("{}", code.parameters.digits)},
               {.text = movement_of(code)},
               {.text = place_of(code)}});
  print_table(table, globals);
}

void print(const Globals& globals, Report& report) {
  config::sort_by_place(report.findings);
  if (globals.json)
    print_as_json(report);
  else
    print_as_text(globals, report);
}

/// Nothing is done where something is wrong, unless that was asked for.
std::optional<Complaint> objection_to(const Import& import, const ImportOptions& options) {
  if (import.broken_off)
    return Complaint{.code = ExitCode::no,
                     .what = "nothing was changed: not all could be read",
                     .next = "The last finding says why."};
  if (has_mistakes(import) && !options.skip_bad)
    return Complaint{.code = ExitCode::no,
                     .what = "nothing was changed: not all could be taken over",
                     .next = "Mend what is wrong; or take over the rest by --skip-bad."};
  if (import.codes.empty())
    return Complaint{.code = ExitCode::no,
                     .what = "nothing was changed: no code could be taken over",
                     .next = {}};
  return std::nullopt;
}

Result<CommitOutcome> commit(const StoreWork& work, SqliteStore& store,
                             std::vector<ImportedCode>& codes) {
  std::vector<Effect> effects;
  std::vector<ChangeRecord> records;
  for (ImportedCode& code : codes) {
    records.push_back({.person = code.user,
                       .label = code.label,
                       .reason = fmt::format("taken over from {}", place_of(code))});
    effects.emplace_back(addition_of(code));
  }
  return work.commit(store, effects, records);
}

/// Carries it out. The report has what became of it even where that is an error.
std::expected<void, Complaint> take_over(const StoreWork& work, SqliteStore& store,
                                         const ImportOptions& options, Import& import,
                                         Report& report) {
  if (const auto fits = drop_unfit(import, store, std::time(nullptr)); !fits)
    return std::unexpected(
        Complaint{.code = ExitCode::no, .what = fits.error().message, .next = {}});
  auto objection = objection_to(import, options);
  if (objection || options.dry_run) {
    report.codes = std::move(import.codes);
    report.findings = std::move(import.findings);
    if (objection) return std::unexpected(*std::move(objection));
    return {};
  }
  const auto committed = commit(work, store, import.codes);
  report.codes = std::move(import.codes);
  report.findings = std::move(import.findings);
  if (!committed)
    return std::unexpected(Complaint{.code = ExitCode::no,
                                     .what = "nothing was changed: " + committed.error().message,
                                     .next = {}});
  if (*committed != CommitOutcome::committed)
    return std::unexpected(
        Complaint{.code = ExitCode::no,
                  .what = "nothing was changed: somebody's codes changed at the same moment",
                  .next = "Run it again."});
  report.done = true;
  return {};
}

ExitCode import_codes(const Globals& globals, const ImportOptions& options) {
  auto work = StoreWork::begin(globals, "otp.import");
  if (!work) return work.error();
  Import import = read_files(options);
  const auto became = options.dry_run ? work->give_up_root() : work->become_owner();
  if (!became) return became.error();
  const auto store = work->open_store();
  if (!store) return store.error();
  Report report{.dry_run = options.dry_run};
  const auto taken = take_over(*work, **store, options, import, report);
  print(globals, report);
  if (!taken) return complain(taken.error());
  if (globals.json) return ExitCode::ok;
  if (options.dry_run)
    fmt::print("Nothing was changed: without --dry-run it will be.\n");
  else if (std::ranges::find(options.files, kDash) == options.files.end())
    fmt::print("The files still hold these secrets: delete them once nothing else reads them.\n");
  return ExitCode::ok;
}

/// What is wrong with a label; nothing where it is one.
std::string checked_label(const std::string& label) {
  if (!label.empty() && label.size() <= kMaxLabel && config::is_one_printable_line(label))
    return {};
  return fmt::format("a label has 1 to {} bytes of plain text", kMaxLabel);
}

Run setup_import(CLI::App& app) {
  const auto options = std::make_shared<ImportOptions>();
  app.add_option("FILE", options->files, "Files to read; - for standard input")
      ->type_name("")
      ->required();
  app.add_option("--user", options->said.user,
                 "Whose the codes are, where the files don't say; else, only those of this person")
      ->type_name("USER");
  app.add_flag("--by-account", options->said.by_account,
               "The accounts in otpauth addresses are users of this machine");
  app.add_option("--label", options->said.label,
                 "What to call it, in place of what the file says; for a single code")
      ->type_name("NAME")
      ->check(CLI::Validator(checked_label, ""));
  app.add_option(
         "--format", options->format,
         "google-authenticator, users.oath, otpauth or csv; without it, told by the content")
      ->type_name("FORMAT")
      ->check(
          CLI::IsMember({"google-authenticator", "users.oath", "otpauth", "csv"}).description(""));
  app.add_flag("--dry-run", options->dry_run, "Show what would change, and change nothing");
  app.add_flag("--skip-bad", options->skip_bad, "Take over what can be, where something is wrong");
  return [options](const Globals& globals) { return import_codes(globals, *options); };
}

}  // namespace

const Command kImport{
    .name = "import",
    .summary = "Take over generators of one-time codes from other programs",
    .lesson =
        R"(For root. Reads ~/.google_authenticator, users files of pam_oath, addresses that begin with
otpauth:// or otpauth-migration:// (an export of Google Authenticator), one a line, and CSV with
the columns user, label, kind, algorithm, digits, period, counter and secret. Either all is taken
over, or nothing, unless --skip-bad says otherwise. usherd may run. Scratch codes are not taken
over. What the other program has spent stays spent; what it spends later it does not tell Usher.

Examples:
  usherctl import --dry-run /home/*/.google_authenticator
  usherctl import /etc/users.oath
  usherctl import --user ada /var/lib/google-authenticator/ada
  zbarimg -q --raw export.png | usherctl import --user ada -)",
    .setup = setup_import};

}  // namespace usher::ctl
