"""The rules. Each takes a Tree and yields findings; RULES at the end lists them."""
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
from typing import NamedTuple

import lint_tables as tables
from lint_tree import file_local_names, folder_of, line_of, read_floors


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    message: str
    remedy: str
    symbol: str = ""  # what of the file sins, for the ratchet

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}: {self.remedy}"


class Skip(Exception):
    """A rule that has nothing to look at yet."""


def floors(tree):
    """Includes against src/FLOORS."""
    rows = read_floors(tree.files["src/FLOORS"])
    order = list(rows)
    for folder, (allowed, _) in rows.items():
        for other in sorted(allowed):
            if other not in rows or order.index(other) >= order.index(folder):
                yield Finding("src/FLOORS", 1, "floors", f"{folder} may include {other}, which does "
                              "not stand above it in the table", "order the rows from the ground up")
    for path in tree.cxx("src"):
        folder = folder_of(path)
        if folder not in rows:
            yield Finding(path, 1, "floors", "its folder has no row in src/FLOORS", "add the row")
            continue
        allowed, libraries = rows[folder]
        for line, quote, name in tree.includes(path):
            if quote == '"':
                yield from project_include(tree, path, line, name, folder, allowed)
            else:
                yield from outside_include(path, line, name, folder, libraries)


def project_include(tree, path, line, name, folder, allowed):
    other = name.split("/", 1)[0]
    if f"src/{name}" not in tree.files:
        yield Finding(path, line, "floors", f'"{name}" is no file of src/',
                      'write "folder/file.hpp" from src/, or <...> for what is not ours')
    elif other != folder and other not in allowed:
        yield Finding(path, line, "floors", f"{folder} may not include {other}",
                      "move the type a floor down, or change src/FLOORS")


def outside_include(path, line, name, folder, libraries):
    library = next((lib for prefix, lib in tables.OUTSIDE if name.startswith(prefix)), None)
    if library is None:
        if name.startswith(tables.SYSTEM_PREFIXES):
            if folder in tables.SYSTEM_FOLDERS_BANNED:
                yield Finding(path, line, "floors", f"<{name}> belongs to the operating system",
                              "the pure floors do not ask it; go through a port or base")
        elif "/" in name or name.endswith((".h", ".hpp")):
            yield Finding(path, line, "floors", f"<{name}> is a library that the tables do not know",
                          "name it in src/FLOORS and tools/lint_tables.py, or do without")
    elif library not in libraries:
        yield Finding(path, line, "floors", f"{folder} may not use {library}",
                      "one folder owns a library; go through it, or change src/FLOORS")
    elif path.endswith(".hpp") and not (libraries[library] and
                                        name in tables.LIGHT_ONLY.get(library, (name,))):
        yield Finding(path, line, "floors", f"<{name}> in a header", "include it in a .cpp only")


def circles(tree):
    """No file includes itself, however far round."""
    done, reported = set(), set()
    for start in tree.cxx():
        if start in done:
            continue
        trail, on_trail = [(start, iter(tree.project_includes(start)))], {start}
        while trail:
            path, rest = trail[-1]
            step = next(rest, None)
            if step is None:
                trail.pop()
                on_trail.discard(path)
                done.add(path)
                continue
            line, name = step
            if name in on_trail and (path, name) not in reported:
                reported.add((path, name))
                yield Finding(path, line, "circles", f"includes {name}, which includes it",
                              "move what both need into a third file")
            elif name not in done and name not in on_trail:
                trail.append((name, iter(tree.project_includes(name))))
                on_trail.add(name)


def sizes(tree):
    """Lines of files, columns of lines, files of folders."""
    folders = {}
    for path in tree.cxx():
        text = tree.files[path]
        kind = ("test" if path.startswith("tests/") else
                "header" if path.endswith(".hpp") else "source")
        count, most = text.count("\n"), tables.SIZE[kind]
        if count > most:
            yield Finding(path, most, "sizes", f"{count} lines, a {kind} may have {most}",
                          "split it by noun")
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > tables.SIZE["columns"]:
                yield Finding(path, number, "columns", f"{len(line)} columns, a line may have "
                              f"{tables.SIZE['columns']}", "break it", line.strip()[:40])
        folder = os.path.dirname(path)
        folders[folder] = folders.get(folder, 0) + 1
    for folder, count in sorted(folders.items()):
        if count > tables.SIZE["folder"]:
            yield Finding(folder, 1, "sizes", f"{count} files, a folder may have "
                          f"{tables.SIZE['folder']}", "split it by noun")


def functions(tree):
    """Lines and parameters of functions."""
    for path in tree.cxx():
        for name, line, lines, parameters in tree.functions(path):
            if lines > tables.SIZE["function"]:
                yield Finding(path, line, "functions", f"{name} has {lines} lines, a function may "
                              f"have {tables.SIZE['function']}", "one thing each: split it", name)
            if parameters > tables.SIZE["parameters"]:
                yield Finding(path, line, "functions", f"{name} takes {parameters} parameters of at "
                              f"most {tables.SIZE['parameters']}", "take a struct", name + "()")


def bans(tree):
    """Clock, chance, threads, exceptions and unstable maths in the pure floors."""
    word = re.compile(r"\b(?:" + "|".join(map(re.escape, tables.BANNED)) + r")\b")
    names = "|".join(tables.CALLS)
    call = re.compile(rf"(?<![\w.])(?<!->)((?:\w+)?::)?({names})[fl]?\s*\(|\bstd::({names})\b")
    for path in tree.cxx("src"):
        if folder_of(path) not in tables.PURE:
            continue
        code = tree.code(path)
        for match in word.finditer(code):
            if (path, match.group(0)) not in tables.BAN_EXEMPT:
                yield Finding(path, line_of(code, match.start()), "bans", match.group(0),
                              tables.BANNED[match.group(0)], match.group(0))
        for line, quote, name in tree.includes(path):
            if quote == "<" and name in tables.BANNED_HEADERS:
                yield Finding(path, line, "bans", f"<{name}>", tables.BANNED_HEADERS[name], name)
        for match in call.finditer(code):
            name = match.group(2) or match.group(3)
            if match.group(1) == "mathx::" or path.startswith(tables.LIBM_HOME):
                continue
            yield Finding(path, line_of(code, match.start()), "bans", name, tables.CALLS[name], name)


def doubles(tree):
    """The type double only where it cannot become money."""
    for path in tree.cxx("src"):
        if folder_of(path) in tables.DOUBLE_BANNED and not path.startswith(tables.DOUBLE_HOMES):
            code = tree.code(path)
            for match in re.finditer(r"\bdouble\b", code):
                yield Finding(path, line_of(code, match.start()), "doubles", "double",
                              "use Price, Quantity, Money, Rate, or Score (base/score.hpp)")


def modes(tree):
    """Nothing below the assemblies can ask which one it is in."""
    name = re.compile(r"\b(?:is_|in_|k)?(?:backtest|replay|paper|demo|live)(?:_mode|_run)?_?\b|"
                      r"\b(?:run|trading|engine)_mode_?\b|\b(?:Run|Trading|Engine)Mode\b|"
                      r"\bis(?:Backtest|Replay|Paper|Demo|Live)\b|"
                      r"\bk(?:Backtest|Replay|Paper|Demo|Live)\b")
    for path in tree.cxx("src"):
        if folder_of(path) not in tables.MAY_KNOW_MODE:
            code = tree.code(path)
            for match in name.finditer(code):
                yield Finding(path, line_of(code, match.start()), "modes", match.group(0),
                              "pass in what differs (a port, a parameter), not the mode's name",
                              match.group(0))


def words(tree):
    """Unfinished work and paths of one machine, in any text file."""
    unfinished = re.compile(r"\b(?:" + "|".join(tables.UNFINISHED) + r")\b")
    machine = re.compile(tables.MACHINE_PATH)
    for path, text in sorted(tree.files.items()):
        for match in unfinished.finditer(text):
            yield Finding(path, line_of(text, match.start()), "words", match.group(0),
                          "finish it, or open an issue", match.group(0))
        for match in machine.finditer(text):
            yield Finding(path, line_of(text, match.start()), "words",
                          f"{match.group(0)} is a path of one machine",
                          "take it from an argument or the tree", match.group(0))


def unity(tree):
    """The release build compiles a folder's files together, so file-local names share one scope."""
    owners = {}
    for path in tree.cxx("src"):
        if not path.endswith(".cpp"):
            continue
        for line, name, types in file_local_names(tree.code(path)):
            first = owners.setdefault((folder_of(path), name, types), path)
            if first != path:
                yield Finding(path, line, "unity", f"{name} is also file-local in {first}",
                              "name it for what it does here, or share it in a header", name)


def own_header(path):
    return path[:-4] + ".hpp"


def headers(tree):
    """Each header compiles alone. One that is its .cpp's first include is proven by the build."""
    todo = []
    for path in tree.cxx():
        if path.endswith(".cpp") and own_header(path) in tree.files:
            included = tree.project_includes(path)
            if path.startswith("src/") and (not included or included[0][1] != own_header(path)):
                yield Finding(path, 1, "headers", "its own header is not its first include",
                              "include it first, which proves that it compiles alone")
        elif path.endswith(".hpp") and path[:-4] + ".cpp" not in tree.files:
            todo.append(path)
    with HeaderCache(tree.root) as cache:
        stale = [path for path in todo if not cache.knows(tree, path)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for path, error in zip(stale, pool.map(lambda p: compile_header(tree, p), stale)):
                if error:
                    yield Finding(path, 1, "headers", f"does not compile alone ({error})",
                                  "include what it uses")
                else:
                    cache.add(tree, path)


def compile_header(tree, path):
    done = subprocess.run([tables.CXX, *tables.CXX_FLAGS, "-x", "c++", "-include", path,
                           "/dev/null"], cwd=tree.root, capture_output=True, text=True)
    errors = [line for line in done.stderr.splitlines() if "error" in line]
    return None if done.returncode == 0 else (errors or [done.stderr.strip()[:200]])[0]


class HeaderCache:
    """Content hashes of headers, with all that they include, that have compiled alone."""

    def __init__(self, root):
        self.file = os.path.join(root, "build", "lint_headers.json")
        self.known, self.used = set(), set()

    def __enter__(self):
        try:
            with open(self.file, encoding="utf-8") as file:
                self.known = set(json.load(file))
        except (OSError, ValueError):
            self.known = set()
        return self

    def __exit__(self, *_):
        try:
            os.makedirs(os.path.dirname(self.file), exist_ok=True)
            with open(self.file, "w", encoding="utf-8") as file:
                json.dump(sorted(self.used), file)
        except OSError:
            pass  # a tree that cannot be written is judged all the same, only slower

    @staticmethod
    def digest(tree, path):
        whole = hashlib.sha256(path.encode())
        for name in sorted(tree.closure(path)):
            whole.update(tree.files[name].encode())
        return whole.hexdigest()

    def knows(self, tree, path):
        digest = self.digest(tree, path)
        if digest in self.known:
            self.used.add(digest)
            return True
        return False

    def add(self, tree, path):
        self.used.add(self.digest(tree, path))


def reachable(tree):
    """Every file of src/ is part of the program, every support file part of a test."""
    starts = [path for path in tree.cxx("src") if folder_of(path) == "app" and
              path.endswith(".cpp")]
    if not starts:
        raise Skip("src/app does not exist yet")
    yield from unreached(tree, starts, tree.cxx("src"), "src/app")
    tests = [path for path in tree.cxx() if path.endswith(".cpp") and
             not path.startswith(("src/", "tests/support/"))]
    tests += [path for path in tree.files if path == "tests/support/main.cpp"]
    support = [path for path in tree.cxx("tests") if path.startswith("tests/support/")]
    yield from unreached(tree, tests, support, "a test")


def unreached(tree, starts, candidates, what):
    """A .cpp comes with its own header: the one of its name, else its first include."""
    seen, pending = set(starts), list(starts)
    companions = {}
    for path in candidates:
        if path.endswith(".cpp"):
            included = tree.project_includes(path)
            header = own_header(path) if own_header(path) in tree.files else (
                included[0][1] if included else None)
            companions.setdefault(header, []).append(path)
    while pending:
        path = pending.pop()
        for name in [name for _, name in tree.project_includes(path)] + companions.get(path, []):
            if name not in seen:
                seen.add(name)
                pending.append(name)
    for path in candidates:
        if path not in seen:
            yield Finding(path, 1, "reachable", f"{what} does not reach it",
                          "wire it in, or delete it")


RULES = [floors, circles, sizes, functions, bans, doubles, modes, words, unity, headers, reachable]
