// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/login_server.h"

#include <utility>

namespace usher {

LoginServer::LoginServer(ListenSocket listener, LoginSocketPlan plan, const LoginServerPorts& ports,
                         ServeRequest serve)
    : serve_(std::move(serve)),
      refusals_(std::move(plan.name), ports.audit, ports.clock, ports.counters),
      shared_{.serve = serve_,
              .times = plan.times,
              .versions = plan.versions,
              .host = ports.host,
              .rules = ports.rules,
              .stop = ports.stop,
              .counters = ports.counters,
              .refusals = refusals_},
      server_(
          std::move(listener), plan.limits, ports.host,
          [this](UniqueFd connection, const ucred& peer, uid_t person) {
            LoginConnection(std::move(connection), peer, person, shared_, server_.outsiders())
                .run();
          },
          [this](const ucred& peer, const char* reason) {
            const Caller caller{.pid = peer.pid, .uid = peer.uid, .gid = peer.gid};
            refusals_.note(Request{.caller = caller}, reason);
          }) {}

bool LoginServer::drain(Deadline deadline) {
  const bool drained = server_.drain(deadline);
  refusals_.flush();
  return drained;
}

}  // namespace usher
