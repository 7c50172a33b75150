#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That no link in the documents leads nowhere.

  links.py FILE...   each relative link names a file that is there, and a heading that is in it

Exit status: 0 if so, 1 if not.
"""
import re
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def without_code(text):
    text = re.sub(r"^\s*```.*?^\s*```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(path):
    """What the headings of a page can be linked by, as forges make it."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ +(.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(source):
    for target in LINK.findall(without_code(source.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = source.parent / name if name else source
        if not path.exists():
            yield f"{source}: there is no {target}"
        elif anchor and anchor not in anchors(path):
            yield f"{source}: there is no such heading: {target}"


dead = [line for name in sys.argv[1:] for line in dead_links(Path(name))]
print("\n".join(dead), end="\n" if dead else "")
sys.exit(1 if dead or len(sys.argv) < 2 else 0)
