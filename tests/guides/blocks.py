#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of the documents, for those who run them.

Before each block of commands (```sh) stands a comment that says where it is run, and so which test runs
it; before a block that is the content of a file may stand one that says which:

  <!-- run: stage -->                          as root, by tests/e2e/guides.sh
  <!-- run: machine -->                        as root, on a machine that was booted with the packages
  <!-- run: stage, machine as ada exits 1 -->  at both, by a person, and exits with 1
  <!-- run: e2e.try -->                        by that test, in its own way
  <!-- file: stage /etc/usher/rules.d/40-x.toml -->
  <!-- file: stage ~/.ssh/config as ada -->

  blocks.py check FILE...         no block of commands is without such a comment, and each is right
  blocks.py print PLACE FILE...   what is to be run there, as one script
  blocks.py list PLACE FILE...    where that stands, FILE:LINE
"""
import re
import sys
from dataclasses import dataclass
from pathlib import Path

PLACES = ("stage", "machine")
SOURCE = Path(__file__).resolve().parents[2]

MARK = re.compile(r"<!--\s*(run|file):\s*(.*?)\s*-->")
TAIL = re.compile(r"(?:\s+as (?P<user>[a-z][a-z0-9_-]*))?(?:\s+exits (?P<status>\d+))?")
RUN = re.compile(r"(?P<places>[a-z0-9_.]+(?:, [a-z0-9_.]+)*)" + TAIL.pattern)
FILE = re.compile(r"(?P<places>[a-z0-9_.]+(?:, [a-z0-9_.]+)*)\s+(?P<path>[/~]\S+)(?:\s+as (?P<user>[a-z][a-z0-9_-]*))?")


@dataclass
class Block:
    """One block: commands to run where `path` is empty, else the content of that file."""
    source: str
    line: int
    heading: str
    places: tuple
    text: str
    user: str = "root"
    status: int = 0
    path: str = ""

    @property
    def at(self):
        return f"{self.source}:{self.line}"


class Mistake(Exception):
    """Something in a document that would keep its commands from being run."""


def read_mark(kind, text, at):
    match = (RUN if kind == "run" else FILE).fullmatch(text)
    if not match:
        raise Mistake(f"{at}: this is not understood: {kind}: {text}")
    found = match.groupdict()
    return {"places": tuple(found["places"].split(", ")), "user": found["user"] or "root",
            "status": int(found.get("status") or 0), "path": found.get("path") or ""}


def blocks_of(source):
    """The marked blocks of a document, in order. Raises Mistake where a comment or a block is wrong."""
    found, mark, heading, fence, text, began, unmarked = [], None, "", None, [], 0, []
    for number, line in enumerate(Path(source).read_text(encoding="utf-8").splitlines(), 1):
        at = f"{source}:{number}"
        if fence is not None:
            if line.strip() != fence[0]:
                text.append(line[fence[2]:] if line[:fence[2]].isspace() else line)
                continue
            if mark:
                found.append(Block(str(source), began, heading, text="\n".join(text) + "\n", **mark))
            elif fence[1] == "sh":
                unmarked.append(f"{source}:{began}: no comment says where these commands are run")
            mark, fence, text = None, None, []
        elif opened := re.fullmatch(r"(\s*)(```+)(\w*).*", line):
            fence, began = (opened[2], opened[3], len(opened[1])), number
            if mark and bool(mark["path"]) == (fence[1] == "sh"):
                raise Mistake(f"{at}: a file is no block of commands, and only commands are run")
        elif marked := MARK.fullmatch(line.strip()):
            if mark:
                raise Mistake(f"{at}: no block follows the comment before")
            mark = read_mark(marked[1], marked[2], at)
        elif line.strip():
            if mark:
                raise Mistake(f"{at}: no block follows the comment before")
            if line.startswith("#"):
                heading = line.lstrip("#").strip()
    if mark or fence:
        raise Mistake(f"{source}: it ends in the middle of a block")
    if unmarked:
        raise Mistake("\n".join(unmarked))
    return found


def check(sources):
    tests = set(re.findall(r"usher_stage_test\(([\w.]+)", (SOURCE / "tests/e2e/CMakeLists.txt").read_text(encoding="utf-8")))
    wrong = []
    for source in sources:
        try:
            for block in blocks_of(source):
                wrong += [f"{block.at}: there is no place and no test {place}"
                          for place in block.places if place not in PLACES and place not in tests]
        except Mistake as mistake:
            wrong.append(str(mistake))
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


def script_of(block):
    if not block.path:
        return block.text
    path = block.path.replace("~", f"~{block.user}", 1) if block.path.startswith("~") else block.path
    end = "END_OF_FILE"
    return f"cat >{path} <<'{end}'\n{block.text}{end}\n"


def list_blocks(place, sources):
    for source in sources:
        for block in blocks_of(source):
            if place in block.places:
                print(block.at)
    return 0


def print_blocks(place, sources):
    for source in sources:
        for block in blocks_of(source):
            if place in block.places:
                whom = "" if block.user == "root" else f", as {block.user}"
                status = f", exits {block.status}" if block.status else ""
                print(f"# {block.at}{whom}{status}\n{script_of(block)}")
    return 0


def main(arguments):
    if len(arguments) >= 2 and arguments[0] == "check":
        return check(arguments[1:])
    if len(arguments) >= 3 and arguments[0] == "print":
        return print_blocks(arguments[1], arguments[2:])
    if len(arguments) >= 3 and arguments[0] == "list":
        return list_blocks(arguments[1], arguments[2:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Mistake as mistake:
        print(mistake, file=sys.stderr)
        sys.exit(1)
