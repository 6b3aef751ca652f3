#!/usr/bin/env python3
"""Are the documents true?

usage: tests/docs/run.py [--approve] BINARY

Each check is one test. Parts that need the binary are skipped while it does not exist.
--approve rewrites the generated pages (docs/reference/cli.md) instead of comparing them.
"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import commands  # noqa: E402
import links  # noqa: E402
import reference  # noqa: E402
from docs_tree import ROOT, Skip  # noqa: E402

CHECKS = [
    ("relative links resolve", links.check),
    ("./x verbs in the documents exist", commands.check_front_door),
    ("lanner verbs in the documents exist", commands.check_verbs),
    ("the README names every verb", commands.check_readme_is_complete),
    ("the commands marked to be run work", commands.check_runs),
    ("docs/reference/cli.md is what --help prints", reference.check),
]


def main(arguments):
    approving = "--approve" in arguments
    paths = [argument for argument in arguments if not argument.startswith("-")]
    binary = pathlib.Path(paths[0]).resolve() if paths else ROOT / "build" / "release" / "lanner"
    if approving:
        reference.approve(binary)
        return 0
    passed = failed = skipped = 0
    for name, check in CHECKS:
        try:
            problems = check(binary)
        except Skip as reason:
            print(f"skipped: {name}: {reason}")
            skipped += 1
            continue
        for problem in problems:
            print(f"failed: {name}: {problem}")
        failed += bool(problems)
        passed += not problems
    print(f"lanner-tests docs passed={passed} failed={failed} skipped={skipped}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
