// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "daemon/model/proof.h"

namespace usher {

/// What sshd says it verified already, as it hands it to PAM in SSH_AUTH_INFO_0 (sshd_config(5),
/// ExposeAuthInfo): one method a line. Counts "publickey TYPE KEY" alone, each key as a proof whose
/// detail is TYPE, a certificate's included. A line of any other form proves nothing: neither the
/// password, which is Usher's to check, nor hostbased and GSSAPI, whose lines may name keys, too.
[[nodiscard]] std::vector<Proof> proofs_from_ssh_auth_info(std::string_view auth_info);

}  // namespace usher
