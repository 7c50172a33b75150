// SPDX-License-Identifier: Apache-2.0
#include "ctl/restore_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "ctl/contents_text.h"
#include "ctl/plain_text.h"

namespace usher::ctl {
namespace {

using Kind = RestoreRemark::Kind;

/// How a remark is told.
struct RemarkRow {
  Kind kind;
  const char* id;    // in JSON
  const char* what;  // {0}: the label; {1}: how many
  const char* next;  // {0}: the person
  bool removed;
};

constexpr std::array kRemarks = {
    RemarkRow{Kind::hotp_removed, "hotp-removed", "code \"{0}\" (HOTP) removed",
              "usherctl otp add {0}", true},
    RemarkRow{Kind::recovery_removed, "recovery-removed", "{1} recovery codes removed",
              "usherctl recovery new, by {0}", true},
    RemarkRow{Kind::bypass_removed, "bypass-removed", "{1} bypass codes removed",
              "usherctl bypass issue {0}, if still needed", true},
    RemarkRow{Kind::breakglass_removed, "breakglass-removed", "{1} break-glass codes removed",
              "seal a new one", true},
    RemarkRow{Kind::generator_back, "generator-back", "code \"{0}\" is back, removed since",
              "usherctl otp remove, if it was lost", false},
    RemarkRow{Kind::generator_lost, "generator-lost", "code \"{0}\" is gone, added since",
              "usherctl otp add {0}", false},
    RemarkRow{Kind::password_back, "password-back", "the password is the one of then",
              "usherctl password set {0}, if that one was given away", false},
    RemarkRow{Kind::password_lost, "password-lost", "the password is gone, set since",
              "usherctl password set {0}", false},
};

const RemarkRow& row_of(Kind kind) { return *std::ranges::find(kRemarks, kind, &RemarkRow::kind); }

std::string what_of(const RestoreRemark& remark) {
  return fmt::format(fmt::runtime(row_of(remark.kind).what), remark.label, remark.count);
}

void print_remarks(const Globals& globals, const RestoreReport& report) {
  if (report.remarks.empty()) return;
  Table table({"PERSON", "WHAT", "WHAT TO DO"});
  for (const RestoreRemark& remark : report.remarks)
    table.add({{.text = remark.user, .style = Style::strong},
               {.text = what_of(remark),
                .style = row_of(remark.kind).removed ? Style::bad : Style::plain},
               {.text = fmt::format(fmt::runtime(row_of(remark.kind).next), remark.user),
                .style = Style::quiet}});
  fmt::print("\nOf what may have been used or changed since:\n");
  print_table(table, globals);
}

void print_store_in_place(const RestoreReport& report) {
  if (!report.had_store)
    fmt::print("There was no store in place, to tell what was used since.\n");
  else if (!report.unreadable.empty())
    fmt::print("The store in place can't tell what was used since: {}.\n",
               plain_line(report.unreadable));
  if (!report.kept.empty())
    fmt::print("What was in place is kept as {}: delete it when nobody misses it.\n",
               plain_line(report.kept.string()));
}

}  // namespace

std::string removals_in(const RestoreReport& report) {
  std::string text;
  for (const RestoreRemark& remark : report.remarks) {
    if (!row_of(remark.kind).removed) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{}: {}", remark.user, what_of(remark));
  }
  return text.empty() ? "nothing" : text;
}

void print_report(const Globals& globals, const RestoreReport& report, const std::string& store,
                  bool dry_run) {
  if (dry_run)
    fmt::print("The backup of {} is whole. Nothing was changed; a restore would leave {}.\n",
               moment_of(report.made), text_of(report.contents));
  else
    fmt::print("{} is as it was at {}, with {}.\n", plain_line(store), moment_of(report.made),
               text_of(report.contents));
  print_store_in_place(report);
  if (report.key_from_backup)
    fmt::print("There was no key in place: {} the backup's.\n", dry_run ? "it would be" : "it is");
  print_remarks(globals, report);
  if (!dry_run && report.codes_count_from > std::time(nullptr))
    fmt::print("\nCodes that were shown before now don't count; all do from {} on.\n",
               moment_of(report.codes_count_from));
  if (!dry_run) fmt::print("Nobody's session is known any more. Now start usherd.\n");
}

Json json_of(const RestoreReport& report, const std::string& store, bool dry_run) {
  Json remarks = Json::array();
  for (const RestoreRemark& remark : report.remarks) {
    remarks.push_back({{"what", row_of(remark.kind).id}, {"user", remark.user}});
    if (!remark.label.empty()) remarks.back()["label"] = remark.label;
    if (row_of(remark.kind).removed) remarks.back()["count"] = remark.count;
  }
  return {{"store", store},
          {"restored", !dry_run},
          {"made", report.made},
          {"contents", json_of(report.contents)},
          {"kept", report.kept.string()},
          {"unreadable", report.unreadable},
          {"key_from_backup", report.key_from_backup},
          {"codes_count_from", report.codes_count_from},
          {"remarks", remarks}};
}

}  // namespace usher::ctl
