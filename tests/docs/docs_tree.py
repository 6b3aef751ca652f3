"""The documents, their code blocks, and the binary that they talk about."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Skip(Exception):
    """A check whose subject does not exist yet."""


def documents():
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def blocks(text):
    """(line, words of the info string, body) of each fenced code block."""
    for match in re.finditer(r"^```([^\n]*)\n(.*?)^```[ \t]*$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, match.start()) + 1, match.group(1).split(), match.group(2)


def prose(text):
    """The text without its code blocks, of the same number of lines."""
    return re.sub(r"^```[^\n]*\n.*?^```[ \t]*$", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text,
                  flags=re.MULTILINE | re.DOTALL)


def code_of(text):
    """All that stands in code: blocks of commands and spans between backquotes."""
    parts = [body for _, words, body in blocks(text) if words[:1] in (["sh"], ["console"])]
    return parts + re.findall(r"`([^`\n]+)`", prose(text))


def run(binary, arguments, **options):
    if not os.access(binary, os.X_OK):
        raise Skip("the lanner binary is not built")
    # By its name alone, so that the usage line names no directory.
    environment = {**os.environ, "PATH": f"{binary.parent}:{os.environ['PATH']}", "COLUMNS": "100"}
    return subprocess.run(["lanner", *arguments], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=environment, **options)


def subcommands(help_text):
    """The verbs that a --help lists under "Subcommands:"."""
    match = re.search(r"^(?:Subcommands|Verbs):\n((?:[ \t]+\S[^\n]*\n|\n(?=[ \t]))*)", help_text,
                      re.MULTILINE | re.IGNORECASE)
    # A verb starts a line at the least indentation; its description may wrap deeper.
    rows = re.findall(r"^([ \t]+)([a-z][a-z0-9-]*)(?=\s|$)", match.group(1) if match else "",
                      re.MULTILINE)
    least = min((len(indent) for indent, _ in rows), default=0)
    return [verb for indent, verb in rows if len(indent) == least]


def verb_tree(binary, path=()):
    """{verb path: help text} of the whole command line, depth first, in its own order."""
    text = run(binary, [*path, "--help"]).stdout
    tree = {path: text}
    for verb in subcommands(text):
        tree.update(verb_tree(binary, (*path, verb)))
    return tree
