# SPDX-License-Identifier: Apache-2.0
#
# What authselect would make of one file of a profile:
#   python3 authselect_render.py FILE [FEATURE...]
# The conditions that ours use: {include if "a" and not "b"}, {exclude if "a"}, {if "a":text} and
# {if not "a":text}. One that is written another way is an error.
import re
import sys

CONDITION = r'(?:not )?"[a-z0-9-]+"(?: (?:and|or) (?:not )?"[a-z0-9-]+")*'


def holds(condition, features):
    words = re.sub(r'"([a-z0-9-]+)"', lambda name: str(name[1] in features), condition)
    return eval(words, {"__builtins__": {}})


def rendered(line, features):
    line = re.sub(
        r"\{if (" + CONDITION + r"):([^{}|]*)\}",
        lambda found: found[2] if holds(found[1], features) else "",
        line,
    )
    found = re.search(r"\{(include|exclude) if (" + CONDITION + r")\}$", line)
    if found:
        if holds(found[2], features) != (found[1] == "include"):
            return None
        line = line[: found.start()]
    if "{" in line or "}" in line:
        sys.exit(f"no condition of authselect's: {line}")
    return line.rstrip()


def main():
    file, *features = sys.argv[1:]
    with open(file, encoding="utf-8") as lines:
        for line in lines.read().splitlines():
            line = rendered(line, features)
            if line is not None:
                print(line)


main()
