// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving/systemd_sockets.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace usher {
namespace {

/// The socket type that goes by `name`; 0 where none does.
int type_named(std::string_view name, std::initializer_list<SystemdSocket> wanted) {
  for (const SystemdSocket& one : wanted)
    if (one.name == name) return one.type;
  return 0;
}

std::string described(std::initializer_list<SystemdSocket> wanted) {
  std::string text;
  for (const SystemdSocket& one : wanted)
    text += fmt::format("{}{} ({}=)", text.empty() ? "" : " or ", one.name,
                        one.type == SOCK_STREAM ? "ListenStream" : "ListenSequentialPacket");
  return text;
}

}  // namespace

Result<SystemdDescriptors> take_systemd_sockets(std::initializer_list<SystemdSocket> wanted,
                                                std::initializer_list<std::string_view> left) {
  char** raw_names = nullptr;
  const int count = ::sd_listen_fds_with_names(1, &raw_names);
  std::vector<std::pair<std::string, UniqueFd>> handed;
  for (int i = 0; i < count; ++i) {
    handed.emplace_back(raw_names[i], UniqueFd(SD_LISTEN_FDS_START + i));
    std::free(raw_names[i]);  // NOLINT(*-no-malloc): sd_listen_fds_with_names(3) says so
  }
  std::free(static_cast<void*>(raw_names));  // NOLINT(*-no-malloc)
  if (count < 0)
    return failure(fmt::format("can't take systemd's sockets: {}", ::strerrordesc_np(-count)));

  SystemdDescriptors taken;
  std::set<std::string> ambiguous;
  for (auto& [name, descriptor] : handed) {
    if (std::ranges::find(left, name) != left.end()) {
      if (!taken.left.try_emplace(name, std::move(descriptor)).second) ambiguous.insert(name);
      continue;
    }
    const int type = type_named(name, wanted);
    if (type == 0 || ::sd_is_socket_unix(descriptor.get(), type, 1, nullptr, 0) <= 0)
      return failure(
          fmt::format("systemd handed over a socket \"{}\" that has no place here: its "
                      "FileDescriptorName= must be {}",
                      name, described(wanted)));
    if (!taken.sockets.try_emplace(name, ListenSocket::adopt(std::move(descriptor))).second)
      return failure(fmt::format("systemd handed over two sockets \"{}\"", name));
  }
  for (const std::string& name : ambiguous) taken.left.erase(name);
  return taken;
}

}  // namespace usher
