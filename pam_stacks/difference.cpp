// SPDX-License-Identifier: Apache-2.0
#include "pam_stacks/difference.h"

#include "pam_stacks/program.h"
#include "pam_stacks/scratch.h"
#include "pam_stacks/whole_file.h"

namespace usher::pam_stacks {

Result<std::string> difference(const FileChange& change) {
  const auto scratch = Scratch::make();
  if (!scratch) return std::unexpected(scratch.error());
  const auto before = scratch->folder() / "before";
  const auto after = scratch->folder() / "after";
  for (const auto& [file, text] : {std::pair(before, &change.before), {after, &change.after}})
    if (auto written = write_whole_file(file, text->value_or("")); !written)
      return std::unexpected(std::move(written.error()));
  const std::string name = change.file.string();
  const auto end =
      run_program({"diff", "-u", "--label", change.before ? name : "(no file)", "--label",
                   change.after ? name : "(no file)", before.string(), after.string()});
  if (!end) return std::unexpected(end.error());
  // 1: they differ.
  if (end->status > 1) return failure("diff failed: " + end->output);
  return end->output;
}

}  // namespace usher::pam_stacks
