#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the manual pages promise: they render cleanly, and say all that there is to say.

  man_pages.py renders PAGE...             no warning, no line beyond 80 columns, a NAME for whatis
  man_pages.py options PAGE PROGRAM        each option, command and exit status of the program's help is on it
  man_pages.py settings PAGE USHER.TOML    each setting, with its default
  man_pages.py rules PAGE USHERCTL         each key of a rule, each factor, each section of named sets

Exit status: 0 if so, 1 if not, 77 where the programs that render pages are missing.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COLUMNS = 80
SKIPPED = 77

failures = []


def check(holds, text):
    if not holds:
        failures.append(text)


def rendered(page):
    """The page as it is read in a terminal, and what the formatter had to say of it."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": str(COLUMNS), "MANROFFSEQ": "",
                   "MAN_KEEP_FORMATTING": "", "GROFF_NO_SGR": "1"}
    done = subprocess.run(["man", "--warnings", "--local-file", page], env=environment,
                          capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"{page}: man exits with {done.returncode}")
    return re.sub(".\b", "", done.stdout), done.stderr


def section(text, heading, level):
    """What stands below a heading: level 1 begins a line, level 2 stands three columns in."""
    indent = "" if level == 1 else "   "
    match = re.search(rf"^{indent}{re.escape(heading)}\n(.*?)(?=^{' ' * (3 if level == 2 else 0)}\S|^\S|\Z)",
                      text, re.MULTILINE | re.DOTALL)
    return match.group(1) if match else None


def has(text, words):
    """Whether the words stand in the text, wherever lines are broken."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return re.search(rf"(?<![\w-]){pattern}(?![\w-])", text) is not None


# The subjects ----------------------------------------------------------------------------------


def renders(*pages):
    for page in pages:
        text, complaints = rendered(page)
        check(complaints == "", f"{page}: {complaints.strip()}")
        for number, line in enumerate(text.splitlines(), 1):
            check(len(line) <= COLUMNS, f"{page}: line {number} has {len(line)} columns: {line.strip()}")
        for heading in ("NAME", "SEE ALSO"):
            check(section(text, heading, 1), f"{page}: there is no {heading}")
        title = Path(page).stem
        whatis = subprocess.run(["lexgrog", page], capture_output=True, text=True, check=False)
        check(f'"{title} - ' in whatis.stdout, f"{page}: whatis would not know it: {whatis.stdout.strip()}")


def help_of(program, words):
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True)
    blocks = re.split(r"^(\w[\w ]*):\n", done.stdout, flags=re.MULTILINE)
    return dict(zip(blocks[1::2], blocks[2::2]))


def options_in(blocks):
    names = []
    for line in blocks.get("Options", "").splitlines():
        match = re.match(r"  (-[\w-]+(?:,-[\w-]+)*)", line)
        if match:
            names += match.group(1).split(",")
    return names


def commands_in(blocks):
    return [match.group(1) for line in blocks.get("Subcommands", "").splitlines()
            if (match := re.match(r"  (\w[\w-]*)\s", line))]


def options(page, program):
    text, _ = rendered(page)
    top = help_of(program, [])
    common = options_in(top)
    check(common, f"{program} --help shows no options")
    for name in common:
        check(has(text, name), f"{page}: {name} is missing")
    statuses = section(text, "EXIT STATUS", 1) or ""
    for code in re.findall(r"^  (\d+) ", top.get("Exit codes", ""), re.MULTILINE):
        check(re.search(rf"^ +{code} +\S", statuses, re.MULTILINE), f"{page}: the exit status {code} is missing")
    open_commands = [[name] for name in commands_in(top)]
    while open_commands:
        words = open_commands.pop()
        blocks = help_of(program, words)
        below = commands_in(blocks)
        open_commands += [[*words, name] for name in below]
        if not below:
            options_of_command(page, text, words, options_in(blocks), common)


def options_of_command(page, text, words, known, common):
    name = " ".join(words)
    said = section(text, name, 2)
    if said is None:
        check(False, f"{page}: there is nothing about the command {name}")
        return
    for option in known:
        check(option in common or has(said, option), f"{page}: {name}: {option} is missing")
    for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", said):
        check(option in known or option in common, f"{page}: {name} has no {option}")


def settings(page, shipped):
    text, _ = rendered(page)
    listed = section(text, "SETTINGS", 1) or ""
    found = 0
    part = listed  # what stands above all sections
    for line in Path(shipped).read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            part = section(listed, line, 2) or ""
            check(part, f"{page}: there is no section {line}")
        elif match := re.fullmatch(r"# (\w+) = (.+)", line):
            found += 1
            check(has(part.replace("\n", " "), match.group(1)), f"{page}: {match.group(1)} is missing")
            joined = " ".join(part.split())
            check(f"{match.group(1)} = {match.group(2)}" in joined, f"{page}: not with its default: {line}")
    check(found > 0, f"{shipped}: no settings found")


def complaint_about(usherctl, rule):
    """What `usherctl check` says of a rule file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rules.d").mkdir(mode=0o755)
        Path(folder, "usher.toml").write_text('[rules]\ndirectories = ["rules.d"]\n', encoding="utf-8")
        Path(folder, "rules.d", "50-x.toml").write_text(rule, encoding="utf-8")
        done = subprocess.run([usherctl, "--config", f"{folder}/usher.toml", "check", "--rules-only"],
                              capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def listed_after(complaint, words):
    line = next((line for line in complaint.splitlines() if words in line), "")
    names = re.findall(r"`([^`]+)`", line.split(words, 1)[-1])
    check(names, f"usherctl check lists nothing after \"{words}\": {complaint.strip()}")
    return names


def rules(page, usherctl):
    text, _ = rendered(page)
    names = listed_after(complaint_about(usherctl, '[[rule]]\nname = "x"\nzzzzzzzz = true\n'), "a rule may have")
    names += listed_after(complaint_about(usherctl, '[[rule]]\nname = "x"\nrequire = ["zzzzzzzz"]\n'),
                          "this version knows")
    for name in names:
        check(has(text, name), f"{page}: {name} is missing")
    for name in ("services", "users", "groups", "networks"):
        check(f"[{name}]" in text, f"{page}: [{name}] is missing")


def main(arguments):
    if any(shutil.which(needed) is None for needed in ("man", "lexgrog")):
        print("SKIPPED: man is missing; scripts/lib/packages.sh says what this test needs")
        return SKIPPED
    subjects = {"renders": renders, "options": options, "settings": settings, "rules": rules}
    subjects[arguments[0]](*arguments[1:])
    for text in failures:
        print(f"NOT OK  {text}")
    return 1 if failures else 0


sys.exit(main(sys.argv[1:]))
