// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/begin_request.h"

#include <algorithm>
#include <string_view>

#include "daemon/server/ssh_auth_info.h"

namespace usher {
namespace {

bool is_plausible_host(std::string_view rhost) {
  return std::ranges::all_of(rhost, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// The names between commas; empty ones are left out.
std::vector<std::string> listed_in(std::string_view names) {
  std::vector<std::string> listed;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    if (end > 0) listed.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return listed;
}

}  // namespace

Result<Request> request_from(const Begin& begin, const Caller& caller) {
  Request request;
  request.phase = begin.phase;
  request.pam_flags = begin.pam_flags;
  request.service = begin.service;
  request.user = begin.user;
  request.manage = {.operation = std::string(begin.manage.operation),
                    .label = std::string(begin.manage.label),
                    .algorithm = std::string(begin.manage.algorithm),
                    .digits = begin.manage.digits,
                    .period = begin.manage.period,
                    .plain = begin.manage.plain != 0,
                    .kind = std::string(begin.manage.kind),
                    .new_label = std::string(begin.manage.new_label),
                    .services = listed_in(begin.manage.services),
                    .seconds = begin.manage.seconds,
                    .uses = begin.manage.uses,
                    .change_at_login = begin.manage.change_at_login != 0};
  request.caller = caller;
  if (request.service.empty()) return failure("the request names no service");
  // Nobody else's word on who asks, and from where, may stand in the audit log as if it were known.
  if (!caller.trusted) {
    if (request.phase == Phase::manage) request.service = "usherctl";
    return request;
  }
  request.tty = begin.tty;
  request.rhost = begin.rhost;
  request.ruser = begin.ruser;
  request.real_uid = begin.real_uid;
  if (!is_plausible_host(request.rhost)) return failure("the remote host is not plain text");
  request.proven = proofs_from_ssh_auth_info(begin.auth_info);
  request.auth_info_set = begin.auth_info_set != 0;
  if (!begin.password_proven_by.empty())
    request.proven.push_back({.factor = Factor::password,
                              .by = ProvenBy::stack,
                              .detail = std::string(begin.password_proven_by)});
  return request;
}

}  // namespace usher
