"""docs/reference/cli.md is generated from the binary's own --help."""
import difflib

from docs_tree import ROOT, verb_tree

PAGE = ROOT / "docs" / "reference" / "cli.md"

HEAD = """# Command line

Generated from `lanner --help` by `./x approve`; `./x test docs` compares.
"""


def page(binary):
    parts = [HEAD]
    for path, text in verb_tree(binary).items():
        lines = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
        parts.append(f"## {' '.join(['lanner', *path])}\n\n```text\n{lines}\n```\n")
    return "\n".join(parts)


def check(binary):
    wanted = page(binary)
    present = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if wanted == present:
        return []
    change = list(difflib.unified_diff(present.splitlines(), wanted.splitlines(), "approved", "now",
                                       lineterm="", n=0))
    return ["run ./x approve if the change is meant:\n" + "\n".join(change[:40])]


def approve(binary):
    text = page(binary)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
