// SPDX-License-Identifier: Apache-2.0
// A table with a header, for what comes from programs that have no format of their own here:
//
//   user,label,kind,algorithm,digits,period,counter,secret
//   ada,phone,totp,SHA1,6,30,,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
//
// The columns may be in any order. But for the secret, in base32, each may be missing or empty:
// then it is as in the second line, and the label "imported". `counter` is that of the code to
// come.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "daemon/config/text.h"
#include "daemon/interchange/csv_records.h"
#include "daemon/interchange/readers.h"
#include "daemon/interchange/seed.h"
#include "daemon/interchange/words.h"

namespace usher::interchange {
namespace {

constexpr std::string_view kLabel = "imported";
constexpr std::size_t kColumns = 8;
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "user", "label", "kind", "algorithm", "digits", "period", "counter", "secret"};

class Table {
 public:
  explicit Table(Gathering& into) : into_(&into) {}

  void read(const Line& line) {
    line_ = line;
    const auto fields = fields_of_record(line.text);
    if (!fields) return mistake(fields.error().at, fields.error().problem);
    if (!has_header_)
      read_header(*fields);
    else
      read_record(*fields);
  }
  /// A table whose header is wrong can't be read.
  [[nodiscard]] bool goes_on() const { return !useless_; }

 private:
  void read_header(const std::vector<CsvField>& fields) {
    has_header_ = true;
    useless_ = true;
    for (const CsvField& field : fields) {
      const std::string name = lower(config::trimmed(text_of(field)));
      const auto* const known = std::ranges::find(kColumnNames, std::string_view(name));
      if (known == kColumnNames.end())
        return mistake(field.at,
                       {.message = "there is no column of this name", .hint = header_hint(name)});
      if (std::ranges::find(columns_, *known) != columns_.end())
        return mistake(field.at, {.message = fmt::format("the column {} is there twice",
                                                         config::ticked(*known)),
                                  .hint = "take one of them out"});
      columns_.push_back(*known);
    }
    if (std::ranges::find(columns_, "secret") == columns_.end())
      return mistake(0, {.message = "there is no column `secret`", .hint = header_hint({})});
    useless_ = false;
  }

  static std::string header_hint(std::string_view name) {
    std::string hint = config::did_you_mean(name, kColumnNames);
    if (!hint.empty()) return hint;
    return "the first line names the columns: user,label,kind,algorithm,digits,period,counter,"
           "secret";
  }

  void read_record(const std::vector<CsvField>& fields) {
    if (fields.size() != columns_.size())
      return mistake(0, {.message = fmt::format("this line has {} fields, and the header {}",
                                                fields.size(), columns_.size()),
                         .hint = "an empty field still has its comma"});
    fields_ = &fields;
    ImportedCode code{.user = text_in("user"), .label = text_in("label")};
    if (code.label.empty()) code.label = kLabel;
    if (!read_kind(code) || !read_algorithm(code) ||
        !read_number("digits", code.parameters.digits) || !read_movement(code) ||
        !read_secret(code))
      return;
    into_->take({.line = line_.number}, std::move(code));
  }

  bool read_kind(ImportedCode& code) {
    const std::string kind = lower(text_in("kind"));
    if (kind == "hotp") code.parameters.kind = OtpKind::hotp;
    if (kind.empty() || kind == "totp" || kind == "hotp") return true;
    return refuse("kind", {.message = "this is no kind of code that Usher has",
                           .hint = "it may be totp or hotp"});
  }

  bool read_algorithm(ImportedCode& code) {
    const std::string name = text_in("algorithm");
    if (name.empty()) return true;
    const auto algorithm = algorithm_of(name);
    if (!algorithm)
      return refuse("algorithm", {.message = "this is no algorithm that Usher has",
                                  .hint = "it may be SHA1, SHA256 or SHA512"});
    code.parameters.algorithm = *algorithm;
    return true;
  }

  /// What the next code depends on: the period, or the counter.
  bool read_movement(ImportedCode& code) {
    const bool counts = code.parameters.kind == OtpKind::hotp;
    const char* const other = counts ? "period" : "counter";
    if (!text_in(other).empty())
      return refuse(other,
                    {.message = fmt::format("a {} has no {}", counts ? "hotp" : "totp", other),
                     .hint = "leave the field empty, or mend the kind"});
    if (!counts) return read_number("period", code.parameters.period);
    const auto counter = number_of(text_in("counter"));
    if (!counter || *counter > kMostSteps)
      return refuse("counter",
                    {.message = "the counter is missing, or no number, or out of range",
                     .hint = "a hotp has the counter of the code to come; of a new one that is 0"});
    code.last_step = spent_before(*counter);
    return true;
  }

  bool read_number(const char* column, unsigned& into) {
    const std::string text = text_in(column);
    if (text.empty()) return true;
    const auto number = small_number_of(text);
    if (!number)
      return refuse(column, {.message = fmt::format("the {} is no number", column),
                             .hint = "leave it empty for the usual one"});
    into = *number;
    return true;
  }

  bool read_secret(ImportedCode& code) {
    const CsvField& field = *field_of("secret");
    auto seed = seed_of_base32(field.raw);
    if (!seed) {
      mistake(field.at + seed.error().at, std::move(seed.error().problem));
      return false;
    }
    code.seed = *std::move(seed);
    return true;
  }

  [[nodiscard]] const CsvField* field_of(std::string_view column) const {
    const auto found = std::ranges::find(columns_, column);
    if (found == columns_.end()) return nullptr;
    return &(*fields_)[static_cast<std::size_t>(found - columns_.begin())];
  }
  /// Blanks around it don't count.
  [[nodiscard]] std::string text_in(std::string_view column) const {
    const CsvField* field = field_of(column);
    if (field == nullptr) return {};
    return std::string(config::trimmed(text_of(*field)));
  }

  void mistake(std::size_t at, Problem problem) {
    into_->mistake({.line = line_.number, .column = column_in(line_.text, at)}, std::move(problem));
  }
  bool refuse(std::string_view column, Problem problem) {
    const CsvField* field = field_of(column);
    mistake(field == nullptr ? 0 : field->at, std::move(problem));
    return false;
  }

  Gathering* into_;
  Line line_;
  std::vector<std::string_view> columns_;
  const std::vector<CsvField>* fields_ = nullptr;
  bool has_header_ = false;
  bool useless_ = false;
};

}  // namespace

void read_csv(std::string_view content, Gathering& into) {
  Table table(into);
  Lines lines(content);
  while (into.goes_on() && table.goes_on()) {
    const auto line = lines.next();
    if (!line) return;
    if (check_line(*line, into) && !words_of(line->text).empty()) table.read(*line);
  }
}

}  // namespace usher::interchange
