// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/unit/ctl/usherctl_process.h"

namespace usher::testing {

/// A configuration whose rules stand in rules.d, and a draft of them in draft.d; the audit file is
/// audit.jsonl.
class PolicyFiles {
 public:
  PolicyFiles()
      : config_(folder_.write("usher.toml",
                              "[rules]\ndirectories = [\"rules.d\"]\n"
                              "[audit]\nfile = \"audit.jsonl\"\n")) {}

  [[nodiscard]] const std::string& config() const { return config_; }
  [[nodiscard]] std::string path(const std::string& name) const {
    return folder_.path() + "/" + name;
  }
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }
  [[nodiscard]] std::string rules(const std::string& content) const {
    return write("rules.d/50-ssh.toml", content);
  }
  [[nodiscard]] std::string draft(const std::string& content) const {
    return write("draft.d/50-ssh.toml", content);
  }

 private:
  ScratchFolder folder_;
  std::string config_;
};

}  // namespace usher::testing
