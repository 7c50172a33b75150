// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/person_behind.h"

namespace usher {

uid_t person_behind(const ucred& peer, Host& host) {
  return peer.uid == 0 ? host.real_uid_of(peer.pid) : peer.uid;
}

}  // namespace usher
