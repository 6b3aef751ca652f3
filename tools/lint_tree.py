"""What the rules look at: the files of a tree, their includes, functions and bare code."""
import os
import re

CODE_ROOTS = ("src", "tests", "bench")
TEXT_ROOTS = ("src", "tests", "bench", "tools", "docs", "cmake", ".ci")
TEXT_FILES = ("x", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CMakeLists.txt",
              "CMakePresets.json")
BINARY = (".png", ".zst", ".gz", ".zip", ".pyc", ".jpg", ".bin", ".svg")

# Comments, then literals. A quote after a letter or digit separates digits: 1'000.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
CONTROL = re.compile(r"\s*(?:else\s+)?(?:if|for|while|switch|catch|do|else|namespace|enum|"
                     r"class|struct|union|extern)\b")
FUNCTION_TAIL = re.compile(
    r"\)\s*(?:(?:const|noexcept(?:\s*\([^()]*\))?|override|final|mutable|&&?|constexpr|"
    r"requires\b.*|->.*|:.*)\s*)*$", re.DOTALL)


def blank(match):
    """Spaces of the same shape, so that places stay right."""
    return re.sub(r"[^\n]", " ", match.group(0))


class Tree:
    """Files by their path from the top, with what was derived from them kept once."""

    def __init__(self, files, root=None):
        self.files = files
        self.root = root
        self._code = {}
        self._includes = {}
        self._functions = {}

    @staticmethod
    def read(root):
        files = {}
        for top in TEXT_ROOTS:
            for folder, folders, names in os.walk(os.path.join(root, top)):
                folders[:] = [name for name in folders if name != "__pycache__"]
                for name in names:
                    if not name.endswith(BINARY):
                        path = os.path.relpath(os.path.join(folder, name), root)
                        files[path] = read_text(root, path)
        for name in TEXT_FILES:
            if os.path.exists(os.path.join(root, name)):
                files[name] = read_text(root, name)
        return Tree(files, root)

    def cxx(self, top=None):
        """Paths of C++ files, all or below one folder of the top."""
        tops = (top,) if top else CODE_ROOTS
        return sorted(path for path in self.files
                      if path.endswith((".hpp", ".cpp")) and path.split("/", 1)[0] in tops)

    def code(self, path):
        """The text with comments and literals blanked out."""
        if path not in self._code:
            self._code[path] = NOT_CODE.sub(blank, self.files[path])
        return self._code[path]

    def includes(self, path):
        """(line, quote, name) of each include."""
        if path not in self._includes:
            text = COMMENT_OR_STRING.sub(
                lambda m: blank(m) if m.group(0).startswith("/") else m.group(0),
                self.files[path])
            self._includes[path] = [(line_of(text, m.start(2)), m.group(1), m.group(2))
                                    for m in INCLUDE.finditer(text)]
        return self._includes[path]

    def project_includes(self, path):
        """(line, path) of the includes that name a file of the tree."""
        found = []
        for line, quote, name in self.includes(path):
            if quote == '"':
                for candidate in (f"src/{name}", f"tests/{name}", name,
                                  os.path.normpath(os.path.join(os.path.dirname(path), name))):
                    if candidate in self.files:
                        found.append((line, candidate))
                        break
        return found

    def functions(self, path):
        """(name, first line, lines, parameters) of each function body, by its braces."""
        if path not in self._functions:
            self._functions[path] = list(scan_functions(self.code(path)))
        return self._functions[path]

    def closure(self, path):
        """The file and all project files that it includes, however deep."""
        seen, todo = {path}, [path]
        while todo:
            for _, name in self.project_includes(todo.pop()):
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        return seen


def read_text(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def folder_of(path):
    """The folder of src/ that a file belongs to, or an empty string."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else ""


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def scan_functions(code):
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n[^\n]*)*", blank, code, flags=re.MULTILINE)
    head_start, stack = 0, []
    for match in re.finditer(r"[{};]", code):
        mark, at = match.group(0), match.start()
        if mark == "{":
            stack.append((code[head_start:at], head_start, at))
        elif mark == "}" and stack:
            head, start, opened = stack.pop()
            if FUNCTION_TAIL.search(head) and not CONTROL.match(head):
                name, count = signature(head)
                first = line_of(code, start + len(head) - len(head.lstrip()))
                yield name, first, code.count("\n", opened, at) + 1, count
        if mark != ";" or not inside_parentheses(code, head_start, at):
            head_start = match.end()


def inside_parentheses(code, start, end):
    """A semicolon of a for statement does not end the head of its block."""
    return code.count("(", start, end) > code.count(")", start, end)


def signature(head):
    """Name and number of parameters of the function whose head this is."""
    match = re.search(r"([~\w]+|operator\s*(?:\(\)|[^\s(]+)|\])\s*\(", head)
    if not match:
        return "lambda", 0
    name = match.group(1) if match.group(1) != "]" else "lambda"
    depth, count, has_any = 0, 1, False
    for char in head[match.end():]:
        if char == ")" and depth == 0:
            break
        depth += {"(": 1, "<": 1, "[": 1, "{": 1, ")": -1, ">": -1, "]": -1, "}": -1}.get(char, 0)
        has_any = has_any or not char.isspace()
        count += char == "," and depth == 0
    return name, count if has_any else 0


def parameter_types(head):
    """The parameter list of a head without the parameters' names: what tells overloads apart."""
    match = re.search(r"[~\w]+\s*\((.*)\)", head, re.DOTALL)
    words = re.sub(r"\s+", " ", match.group(1)) if match else ""
    return re.sub(r"(?<=[\w&*>]) \w+(?= ?(?:,|=|$))", "", words)


def file_local_names(code):
    """(line, name, signature) of what a file's anonymous namespaces define at their top level."""
    for space in re.finditer(r"\bnamespace\s*\{", code):
        depth, start = 1, space.end()
        for match in re.finditer(r"[{};]", code[space.end():]):
            at = space.end() + match.start()
            if match.group(0) != "}" and depth == 1:
                head = code[start:at]
                line = line_of(code, start + len(head) - len(head.lstrip()))
                kind = re.match(r"\s*(?:template\s*<[^;]*>\s*)?(?:struct|class|enum(?: class)?)\s+"
                                r"(\w+)", head)
                value = re.match(r"[^()=]*?(\w+)\s*(?:\[[^]]*\]\s*)*(?:=.*)?$", head, re.DOTALL)
                if kind:
                    yield line, kind.group(1), ""
                elif value and "using" not in head:
                    yield line, value.group(1), ""
                elif FUNCTION_TAIL.search(head):
                    yield line, signature(head)[0], parameter_types(head)
            depth += {"{": 1, "}": -1}.get(match.group(0), 0)
            if depth == 0:
                break
            if depth == 1:
                start = at + 1


def read_floors(text):
    """{folder: (folders, {library: may be used in headers})} in the order of the file."""
    floors = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.split() for part in line.split(":")]
        if len(parts) != 3 or len(parts[0]) != 1:
            raise ValueError(f"src/FLOORS:{number}: a row is 'folder : folders : libraries'")
        libraries = {name.rstrip("*"): name.endswith("*") for name in parts[2]}
        floors[parts[0][0]] = (set(parts[1]), libraries)
    return floors
