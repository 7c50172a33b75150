// SPDX-License-Identifier: Apache-2.0
#include "ctl/watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "ctl/complaint.h"
#include "ctl/control_query.h"
#include "ctl/endpoints.h"
#include "ctl/plain_text.h"

namespace usher::ctl {
namespace {

constexpr int kPauseMilliseconds = 1000;
constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";

/// On a terminal the shell's prompt begins a line of its own, and in no colour.
void leave_screen(int) {
  constexpr std::string_view kEnd = "\x1b[0m\n";
  static_cast<void>(!::write(STDOUT_FILENO, kEnd.data(), kEnd.size()));
  ::_exit(0);
}

void leave(int) { ::_exit(0); }

/// Nothing is left to be put in order, so that it may end in the middle of whatever it waits for.
void leave_at_interrupt(bool on_screen) {
  // What a shell starts in the background is not meant by Ctrl-C.
  if (std::signal(SIGINT, SIG_IGN) != SIG_IGN)
    static_cast<void>(std::signal(SIGINT, on_screen ? leave_screen : leave));
}

/// Waits for the next time to ask. True: nobody reads standard output any more.
bool reader_leaves_meanwhile() {
  pollfd watched{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  return ::poll(&watched, 1, kPauseMilliseconds) > 0;
}

/// What stands on standard output, and how it is to change.
class Display {
 public:
  Display(const Globals& globals, const Rendering& rendering)
      : json_(globals.json),
        on_screen_(!json_ && is_on_screen()),
        palette_(palette_for(globals)),
        rendering_(rendering) {}

  [[nodiscard]] bool on_screen() const { return on_screen_; }
  /// Something else was written onto the screen: whatever comes next is shown anew.
  void forget_screen() {
    if (on_screen_) shown_.reset();
  }
  void show(const Json& reply) {
    std::string text = json_ ? json_line(reply) : rendering_(reply, palette_);
    if (shown_ == text) return;
    if (on_screen_) {
      fmt::print("{}{}", kClearScreen, fitted(text, reply));
    } else {
      fmt::print("{}{}", shown_ && !json_ ? "\n" : "", text);
    }
    static_cast<void>(std::fflush(stdout));
    shown_ = std::move(text);
  }

 private:
  [[nodiscard]] std::string fitted(const std::string& text, const Json& reply) const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return text;
    return fitting(text, rendering_(reply, Palette(false)), size.ws_row, size.ws_col);
  }

  const bool json_;
  const bool on_screen_;
  const Palette palette_;
  const Rendering& rendering_;
  std::optional<std::string> shown_;
};

/// Says once that usherd does not answer, and once that it does again.
class Absence {
 public:
  void begins(const Complaint& why) {
    if (said_ == why.what) return;
    said_ = why.what;
    static_cast<void>(
        complain({.code = why.code, .what = why.what, .next = "Still trying; Ctrl-C ends this."}));
  }
  /// Whether there was one.
  bool ends() {
    if (said_.empty()) return false;
    said_.clear();
    fmt::print(stderr, "usherctl: usherd answers again\n");
    return true;
  }

 private:
  std::string said_;
};

/// The piece of `text` up to its next line end, which is taken off.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::string fitting(std::string_view painted, std::string_view plain, std::size_t rows,
                    std::size_t columns) {
  constexpr std::size_t kBelow = 2;  // for what is left out, and for the cursor
  if (rows <= kBelow || columns == 0) return std::string(painted);
  std::string text;
  std::string whole;
  std::size_t used = 0;
  std::size_t left_out = 0;
  while (!plain.empty()) {
    used += std::max<std::size_t>((columns_of(next_line(plain)) + columns - 1) / columns, 1);
    const std::string_view line = next_line(painted);
    if (used < rows) whole.append(line) += '\n';
    if (used > rows - kBelow)
      ++left_out;
    else
      text.append(line) += '\n';
  }
  if (used < rows) return whole;
  return text + fmt::format("... and {} more\n", left_out);
}

ExitCode watch_control(const Globals& globals, std::string_view method, const Json& parameters,
                       const Rendering& rendering) {
  const auto endpoint = control_endpoint(globals);
  if (!endpoint) return complain(endpoint.error());
  Display display(globals, rendering);
  leave_at_interrupt(display.on_screen());
  const auto show = [&](const Json& reply) { display.show(reply); };
  if (const auto first = try_control(globals, method, parameters, show); !first)
    return complain(first.error());

  // Where it was found once, whatever becomes of the settings.
  Globals settled = globals;
  settled.control_socket = endpoint->path;
  Absence absence;
  while (!reader_leaves_meanwhile()) {
    const auto next = try_control(settled, method, parameters, [&](const Json& reply) {
      if (absence.ends()) display.forget_screen();
      show(reply);
    });
    if (next) continue;
    if (next.error().code != ExitCode::unreachable) return complain(next.error());
    absence.begins(next.error());
  }
  return ExitCode::ok;
}

}  // namespace usher::ctl
