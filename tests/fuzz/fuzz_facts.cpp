// SPDX-License-Identifier: Apache-2.0
// Any bytes as what others tell of a caller: what sshd verified, what /proc has of its process, the
// name of its account.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/host/parse.h"
#include "daemon/model/network.h"
#include "daemon/server/begin_request.h"
#include "daemon/server/ssh_auth_info.h"

namespace {

using namespace usher;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_auth_info(std::string_view text) {
  const auto proofs = proofs_from_ssh_auth_info(text);
  require(proofs.size() * std::string_view("publickey t k").size() <= text.size());
  for (const Proof& proof : proofs) {
    require(proof.factor == Factor::publickey && proof.by == ProvenBy::sshd);
    require(text.contains("publickey " + proof.detail + ' '));
  }
}

/// A number that is read stands in the text, with a blank after it.
void check_proc(std::string_view text) {
  if (const auto stat = parse_stat(text)) {
    const std::string_view fields = text.substr(text.rfind(')'));
    std::uint64_t field = 0;
    bool found = false;
    for (std::size_t at = 0; at < fields.size() && !found; ++at) {
      if (fields[at] != ' ') continue;
      const auto [rest, error] =
          std::from_chars(fields.data() + at + 1, fields.data() + fields.size(), field);
      found =
          error == std::errc{} && field == stat->start_time && rest < fields.end() && *rest == ' ';
    }
    require(found);
  }
  if (const auto uid = parse_real_uid(text)) require(text.contains("\nUid:\t"));
}

void check_names(std::string_view text) {
  if (could_be_account_name(text)) {
    require(!text.empty() && text.size() <= kMaxName);
    require(text.find_first_of(std::string_view("\0\n/:", 4)) == std::string_view::npos);
  }
  const std::string name = counting_name_of(std::string(text));
  require(name == counting_name_of(std::string(text)));
  require(name.empty() == text.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_auth_info(text);
  check_proc(text);
  check_names(text);
  return 0;
}
