#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""enrolling.py WHAT DIRECTORY COMMAND...: a person without a code at a terminal of COMMAND.

Types the password of DIRECTORY/password, and nothing for a code; or, where WHAT is log-in, the code of
DIRECTORY/code, and in the shell that opens says who that is. Then, as WHAT says:
  enrol   reads the QR code off the screen with zbarimg, confirms with what oathtool makes of it
  text    the same with the secret that is written on the screen
  skip    presses Enter
  vanish  closes the terminal once the secret is on it
  late    closes it once the recovery codes are
Leaves in DIRECTORY: screen, what was on it; seed, in base32; recovery, the codes, one a line. The end is
the command's, or 0 where the terminal was closed.
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import struct
import fcntl

PATIENCE = int(os.environ.get("stage_patience", "120"))
BLOCKS = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


class Screen:
    """What the command writes, and a keyboard."""

    def __init__(self, command: list[str]) -> None:
        self.text = ""
        self.seen = 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.raw = b""

    def read(self) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], PATIENCE)
        if not ready:
            raise TimeoutError(f"nothing more than: {self.text[self.seen:]!r}")
        try:
            some = os.read(self.terminal, 65536)
        except OSError:
            some = b""
        self.raw += some
        self.text = self.raw.decode(errors="replace").replace("\r", "")
        return some != b""

    def wait_for(self, pattern: str) -> None:
        while True:
            found = re.search(pattern, self.text[self.seen:])
            if found:
                self.seen += found.end()
                return
            if not self.read():
                raise EOFError(f"ended before {pattern!r}: {self.text[self.seen:]!r}")

    def type(self, line: str) -> None:
        os.write(self.terminal, line.encode() + b"\n")

    def rest(self) -> int:
        """Until the end; a shell that opens says whose it is."""
        asked = False
        while self.read():
            if not asked and re.search(r"[$#>] ?$", self.text[self.seen:]):
                self.type('echo "in as $(id -un)"; exit')
                asked = True
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        os.close(self.terminal)
        os.kill(self.pid, signal.SIGHUP)
        os.waitpid(self.pid, 0)


def address_on(text: str, directory: str) -> str:
    """The otpauth address that a QR reader finds in what is on the screen."""
    rows = [line for line in text.split("\n") if len(line) > 20 and set(line) <= set(BLOCKS)]
    width = max(map(len, rows))
    scale, margin = 4, 16
    picture = []
    for row in rows:
        for half in (0, 1):
            dots = [BLOCKS[c][half] for c in row.ljust(width, "█")]
            line = b"".join(bytes([255 * dot]) * scale for dot in [1] * margin + dots + [1] * margin)
            picture += [line] * scale
    blank = b"\xff" * ((width + 2 * margin) * scale)
    picture = [blank] * (margin * scale) + picture + [blank] * (margin * scale)
    path = os.path.join(directory, "screen.pgm")
    with open(path, "wb") as file:
        file.write(b"P5 %d %d 255\n" % (len(picture[0]), len(picture)) + b"".join(picture))
    found = subprocess.run(["zbarimg", "-q", "--raw", path], check=True, capture_output=True, text=True)
    return found.stdout.strip()


def code_of(seed: str) -> str:
    made = subprocess.run(["oathtool", "--base32", "--totp", "-"], input=seed, check=True,
                          capture_output=True, text=True)
    return made.stdout.strip()


def main() -> int:
    what, directory, *command = sys.argv[1:]

    def keep(name: str, text: str) -> None:
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    with open(os.path.join(directory, "password"), encoding="utf-8") as file:
        password = file.readline().rstrip("\n")
    screen = Screen(command)
    try:
        screen.wait_for(r"assword: ?$")
        screen.type(password)
        screen.wait_for(r"ode( or recovery code)?: ?$")
        if what == "log-in":
            with open(os.path.join(directory, "code"), encoding="utf-8") as file:
                screen.type(file.readline().rstrip("\n"))
            return screen.rest()
        screen.type("")
        screen.wait_for(r"Enter to do it later: ?$")
        if what == "vanish":
            screen.close()
            return 0
        if what == "skip":
            screen.type("")
            return screen.rest()
        if what == "text":
            seed = re.search(r"Secret: +([A-Z2-7 ]+)", screen.text)[1].replace(" ", "")
        else:
            seed = re.search(r"secret=([A-Z2-7]+)", address_on(screen.text, directory))[1]
        keep("seed", seed)
        screen.type(code_of(seed))
        screen.wait_for(r"Press Enter once you have them: ?$")
        keep("recovery", "".join(f"{code}\n" for code in re.findall(r"(?:[0-9a-z]{4}-){5}[0-9a-z]{4}", screen.text)))
        if what == "late":
            screen.close()
            return 0
        screen.type("")
        return screen.rest()
    except (EOFError, TimeoutError, subprocess.CalledProcessError, TypeError) as problem:
        print(problem, file=sys.stderr)
        return 99
    finally:
        keep("screen", screen.text)


sys.exit(main())
