#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tidy_rooms.py SOURCE BUILD OUT: for clang-tidy, each room of the product as one file.

Reads BUILD/compile_commands.json and writes into OUT one ROOM.cpp that includes the room's files, and
a compile_commands.json without what only GCC knows. A room with many files becomes several, so that
no processor waits for the largest; none of a few files, since each reads all headers.
"""
import json
import os
import shlex
import sys

PRODUCT = ("pam_module", "daemon", "keeper", "pam_stacks", "ctl")
USUAL_FILES = 12


def main() -> None:
    source, build, out = (os.path.abspath(path) for path in sys.argv[1:4])
    os.makedirs(out, exist_ok=True)
    for name in os.listdir(out):
        os.unlink(os.path.join(out, name))
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)

    rooms: dict[str, dict[str, dict]] = {}
    for file, entry in ((file, entry) for entry in entries for file in sources_of(entry)):
        path = os.path.relpath(file, source)
        # What the build itself wrote is not ours to mend.
        if path.startswith(tuple(f"{room}/" for room in PRODUCT)) and path.endswith(".cpp"):
            # A program's main() has definitions of its own.
            room = path if os.path.basename(path) == "main.cpp" else os.path.dirname(path)
            rooms.setdefault(room, {}).setdefault(path, entry)

    commands = []
    for room, files in sorted(rooms.items()):
        paths = sorted(files)
        parts = max(1, round(len(paths) / USUAL_FILES))
        for number in range(parts):
            part = paths[len(paths) * number // parts : len(paths) * (number + 1) // parts]
            name = os.path.join(out, f"{room.replace('/', '_')}_{number}.cpp")
            with open(name, "w", encoding="utf-8") as file:
                file.writelines(f'#include "{os.path.join(source, path)}"\n' for path in part)
            entry = files[part[0]]
            commands.append(
                {
                    "directory": entry["directory"],
                    "file": name,
                    "arguments": arguments_for(entry, name),
                }
            )
    with open(os.path.join(out, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(commands, file, indent=1)
    print(f"{len(commands)} files for {sum(map(len, rooms.values()))}")


def sources_of(entry: dict) -> list[str]:
    """The files that are compiled by it: a unity build includes several into one of its own."""
    if "/Unity/" not in entry["file"]:
        return [entry["file"]]
    own = os.path.join(entry["directory"], entry["file"])
    if not os.path.exists(own):
        return []
    with open(own, encoding="utf-8") as unity:
        return [line.split('"')[1] for line in unity if line.startswith("#include")]


def arguments_for(entry: dict, name: str) -> list[str]:
    result = []
    words = iter(shlex.split(entry["command"]))
    for word in words:
        if word == "-include":  # GCC's precompiled header
            next(words)
        elif word == entry["file"]:
            result.append(name)
        elif word not in ("-fno-gnu-unique", "-Winvalid-pch"):
            result.append(word)
    return result


main()
