"""The commands that the documents show exist, and those marked for it ("```sh run") work."""
import os
import re
import subprocess
import tempfile

from docs_tree import ROOT, Skip, blocks, code_of, documents, run, verb_tree


def shown(pattern):
    """(document, match) of a pattern in all code of the documents, the generated pages left out."""
    for document in documents():
        if "reference" in document.parts:
            continue
        for code in code_of(document.read_text(encoding="utf-8")):
            for match in re.finditer(pattern, code, re.MULTILINE):
                yield document.relative_to(ROOT), match


def check_front_door(_binary):
    said = subprocess.run([ROOT / "x", "help"], capture_output=True, text=True, check=True).stdout
    offered = set(re.findall(r"^\./x (\w+)", said, re.MULTILINE))
    return [f"{document}: './x {match.group(1)}' is not offered by ./x help"
            for document, match in shown(r"(?:^|\s|&& )\./x ([a-z]\w*)")
            if match.group(1) not in offered]


def check_verbs(binary):
    offered = verb_tree(binary)
    problems = []
    for document, match in shown(r"(?:^|[/ ])lanner((?: [a-z][a-z-]*)+)"):
        path = tuple(match.group(1).split())
        known = path
        while known and known not in offered:
            known = known[:-1]
        # What follows a verb without verbs of its own is an argument.
        if not known or (len(known) < len(path) and any(
                len(other) == len(known) + 1 and other[:len(known)] == known for other in offered)):
            problems.append(f"{document}: 'lanner{match.group(1)}' is not offered by lanner --help")
    return problems


def check_readme_is_complete(binary):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = "\n".join(code_of(text))
    return [f"README.md does not mention 'lanner {verb[0]}'" for verb in verb_tree(binary)
            if len(verb) == 1 and not re.search(rf"\blanner {verb[0]}\b", code)]


def check_runs(binary):
    run(binary, ["--help"])
    marked = [(document.relative_to(ROOT), line, body) for document in documents()
              for line, words, body in blocks(document.read_text(encoding="utf-8"))
              if words[:2] == ["sh", "run"]]
    if not marked:
        raise Skip("no document marks a command with '```sh run'")
    problems = []
    with tempfile.TemporaryDirectory() as home:
        # A home of its own: the reader's profile is neither read nor touched.
        environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": f"{home}/config",
                       "XDG_DATA_HOME": f"{home}/data", "XDG_STATE_HOME": f"{home}/state",
                       "XDG_CACHE_HOME": f"{home}/cache", "TMPDIR": home,
                       "PATH": f"{binary.parent}:{os.environ['PATH']}"}
        for document, line, body in marked:
            try:
                done = subprocess.run(["bash", "-euc", body], cwd=home, env=environment, text=True,
                                      capture_output=True, stdin=subprocess.DEVNULL, timeout=180)
            except subprocess.TimeoutExpired:
                problems.append(f"{document}:{line}: did not end within 180 s")
                continue
            if done.returncode != 0:
                problems.append(f"{document}:{line}: exit {done.returncode}: "
                                f"{done.stderr.strip()[-400:]}")
    return problems
