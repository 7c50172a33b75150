#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Somebody who follows a guide to the letter: runs its blocks for one place in order, each at a terminal of
its own, and answers what they are asked. Ends with the first that does not end as it should.

  follow.py PLACE FILE [--section HEADING] [--secrets FOLDER] [--person NAME]

In FOLDER (by default /run/stage/secrets) is what people know: NAME.password and NAME.seed, where they
have any. What a guide has them set is kept there too. --person is whose code is asked for where nobody
is named. blocks.py has how a guide says what is run where.
"""
import argparse
import fcntl
import os
import pwd
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

import blocks
from people import Person

PATIENCE = 300  # seconds for a block


class Followed:
    """Who sits at the terminal, whose words are asked for, and what they answer."""

    def __init__(self, folder, person):
        self.folder, self.person, self.people = Path(folder), person, {}

    def of(self, name):
        return self.people.setdefault(name, Person(self.folder, name))

    def answer(self, seen, block):
        """What to type at the prompt that ends `seen`; none where it is no prompt."""
        prompt = seen[seen.rfind("\n") + 1:]
        someone = re.search(r"\(([a-z][\w-]*)@[^)]*\) [^\n]*$|(?:for|of) ([a-z][\w-]*): ?$|^([a-z][\w-]*)@\S+ ?'s password", prompt)
        named = next((name for name in someone.groups() if name), None) if someone else None
        person = self.of(named or (block.user if block.user != "root" else self.person))
        if re.search(r"\(yes/no(/\[fingerprint\])?\)\? ?$", prompt):
            return "yes"
        if re.search(r"\[Y/n\] ?$", prompt):
            return "y"
        if re.search(r"New Usher password for [\w-]+: $", prompt):
            return person.set_password()
        if re.search(r"assphrase[^\n]*: $", prompt):
            return "the passphrase of whoever follows"
        if prompt.endswith("The same again: "):
            return person.password()
        if re.search(r"assword and one-time code: ?$", prompt):
            return person.password() + person.code()
        if re.search(r"assword[^:\n]*: ?$", prompt):
            return person.password()
        if prompt.endswith("Code it shows now: "):
            seeds = re.findall(r"[?&]secret=([A-Z2-7]+)", seen)
            person = self.of(re.findall(r"otpauth://totp/[^?\s]*(?::|%3A)([a-z][\w-]*)", seen)[-1])
            person.scan(seeds[-1])
            return person.code(first=True)
        if re.search(r"ode[^:\n]*: ?$", prompt):
            return person.code()
        return None


def place_file(block):
    home = pwd.getpwnam(block.user).pw_dir
    path = Path(block.path.replace("~", home, 1) if block.path.startswith("~") else block.path)
    who = pwd.getpwnam(block.user)
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700)
        os.chown(path.parent, who.pw_uid, who.pw_gid)
    path.write_text(block.text, encoding="utf-8")
    os.chown(path, who.pw_uid, who.pw_gid)
    mode = {"/etc/sudoers.d": 0o440}.get(str(path.parent), 0o600 if block.path.startswith("~") else 0o644)
    path.chmod(mode)
    print(f"  written: {path}")


def command_of(block, script):
    if block.user == "root":
        return ["bash", "-eu", script], None
    who = pwd.getpwnam(block.user)
    environment = [f"HOME={who.pw_dir}", f"USER={who.pw_name}", f"LOGNAME={who.pw_name}", "SHELL=/bin/bash",
                   "TERM=dumb", "LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]
    return ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--init-groups", "env", "-i", *environment,
            "bash", "-eu", script], who.pw_dir


def echo_is_on(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def converse(terminal, block, followed):
    """Shows what the terminal shows, and answers it, until nothing is left to be shown."""
    seen, deadline = "", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:  # how Linux says that nobody has the other end open
            return True
        if not data:
            return True
        text = data.decode("utf-8", "replace").replace("\r", "")
        print(text, end="", flush=True)
        seen += text
        answer = followed.answer(seen, block)
        if answer is None:
            continue
        # Some show a prompt first, and throw away what was typed until they have turned the echo off.
        while re.search(r"ass(word|phrase)[^\n]*$|One-time code: ?$", seen) and echo_is_on(terminal) and time.monotonic() < deadline:
            select.select([], [], [], 0.02)
        os.write(terminal, answer.encode() + b"\n")
        seen = ""
    return False


def run(block, followed):
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write(block.text)
        script.flush()
        os.chmod(script.name, 0o644)
        command, home = command_of(block, script.name)
        child, terminal = pty.fork()
        if child == 0:
            if home:
                os.chdir(home)
            os.execvp(command[0], command)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        in_time = converse(terminal, block, followed)
        if not in_time:
            os.kill(child, 9)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(terminal)
    if not in_time:
        print(f"  {block.at}: not done after {PATIENCE} s")
        return False
    if status != block.status:
        print(f"  {block.at}: exits with {status}, not with {block.status}")
    return status == block.status


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("place")
    parser.add_argument("file")
    parser.add_argument("--section")
    parser.add_argument("--secrets", default="/run/stage/secrets")
    parser.add_argument("--person", default="ada")
    wanted = parser.parse_args()
    followed = Followed(wanted.secrets, wanted.person)
    todo = [block for block in blocks.blocks_of(wanted.file)
            if wanted.place in block.places and wanted.section in (None, block.heading)]
    if not todo:
        print(f"{wanted.file}: nothing to do at {wanted.place}" + (f" under {wanted.section}" if wanted.section else ""))
        return 1
    for block in todo:
        print(f"--- {block.at}" + ("" if block.user == "root" else f", as {block.user}"), flush=True)
        if block.path:
            place_file(block)
        elif not run(block, followed):
            return 1
    return 0


sys.exit(main())
