"""Proves each rule of the lint: a planted sin is found where it is, and its good twin is not."""
import tempfile

import lint_rules
import lint_tables as tables
from lint_tree import Tree

FLOORS = ("base : : expected* fmt* spdlog\nmodel : base :\nsim : base model :\n"
          "core : base model sim :\nstore : base model : zstd\nruntime : base core store :\n"
          "app : runtime base : cli11\n")


def lines(count, text="int x;\n"):
    return text * count


def body(count):
    return "void grow() {\n" + lines(count - 2, "    step();\n") + "}\n"


# rule, what is planted, {path: text}, what a finding must contain ("" = a clean tree)
CASES = [
    ("floors", "a floor above", {"src/base/a.cpp": '#include "model/b.hpp"\n',
                                 "src/model/b.hpp": ""}, "base may not include model"),
    ("floors", "a floor below", {"src/model/a.cpp": '#include "base/b.hpp"\n',
                                 "src/base/b.hpp": ""}, ""),
    ("floors", "an include in a comment", {"src/base/a.cpp": '// #include "model/b.hpp"\n',
                                           "src/model/b.hpp": ""}, ""),
    ("floors", "a file that is not there", {"src/base/a.cpp": '#include "base/no.hpp"\n'},
     "is no file of src/"),
    ("floors", "a folder without a row", {"src/cellar/a.cpp": ""}, "no row in src/FLOORS"),
    ("floors", "somebody else's library", {"src/model/a.cpp": "#include <zstd.h>\n"},
     "model may not use zstd"),
    ("floors", "an own library in a .cpp", {"src/store/a.cpp": "#include <zstd.h>\n"}, ""),
    ("floors", "an own library in a header", {"src/store/a.hpp": "#include <zstd.h>\n"},
     "in a header"),
    ("floors", "a light library in a header", {"src/base/a.hpp": "#include <fmt/core.h>\n"}, ""),
    ("floors", "its heavy part in a header", {"src/base/a.hpp": "#include <fmt/chrono.h>\n"},
     "in a header"),
    ("floors", "an unknown library", {"src/base/a.cpp": "#include <uv/loop.h>\n"},
     "that the tables do not know"),
    ("floors", "the operating system in a pure floor", {"src/core/a.cpp": "#include <unistd.h>\n"},
     "belongs to the operating system"),
    ("floors", "a row that points up", {"src/FLOORS": "base : model :\nmodel : base :\n"},
     "does not stand above it"),
    ("circles", "two headers in a ring", {"src/base/a.hpp": '#include "base/b.hpp"\n',
                                          "src/base/b.hpp": '#include "base/a.hpp"\n'},
     "which includes it"),
    ("circles", "a diamond", {"src/base/a.hpp": '#include "base/b.hpp"\n#include "base/c.hpp"\n',
                              "src/base/b.hpp": '#include "base/d.hpp"\n',
                              "src/base/c.hpp": '#include "base/d.hpp"\n',
                              "src/base/d.hpp": ""}, ""),
    ("sizes", "a long header", {"src/base/a.hpp": lines(301)}, "a header may have 300"),
    ("sizes", "a long source", {"src/base/a.cpp": lines(501)}, "a source may have 500"),
    ("sizes", "a long test", {"tests/unit/a_test.cpp": lines(801)}, "a test may have 800"),
    ("sizes", "files at the limit", {"src/base/a.hpp": lines(300), "src/base/a.cpp": lines(500),
                                     "tests/unit/a_test.cpp": lines(800)}, ""),
    ("sizes", "a long line", {"src/base/a.hpp": "//" + "-" * 99 + "\n"}, "a line may have 100"),
    ("sizes", "a full folder", {f"src/base/f{i}.hpp": "" for i in range(41)},
     "a folder may have 40"),
    ("functions", "a long function", {"src/base/a.cpp": body(71)}, "grow has 71 lines"),
    ("functions", "a function at the limit", {"src/base/a.cpp": body(70)}, ""),
    ("functions", "a long const method", {"src/base/a.cpp": body(90).replace(
        "void grow() {", "auto A::grow(int n) const noexcept -> int {")}, "grow has 90 lines"),
    ("functions", "a long namespace and a long class", {
        "src/base/a.hpp": "namespace lanner {\nclass A {\n" + lines(90) + "};\n}\n"}, ""),
    ("functions", "seven parameters", {
        "src/base/a.cpp": "void f(int a, int b, int c, int d, int e, int g, int h) { use(); }\n"},
     "f takes 7 parameters"),
    ("functions", "six parameters, commas inside", {
        "src/base/a.cpp": "void f(M<int, int> a, int b, int c, int d, int e, int g = h(1, 2)) {}\n"},
     ""),
    ("bans", "the clock", {"src/sim/a.cpp": "auto t = std::chrono::system_clock::now();\n"},
     "take the time from the event"),
    ("bans", "chance", {"src/sim/a.cpp": "std::random_device device;\n"}, "base/random.hpp"),
    ("bans", "order from a hash", {"src/sim/a.hpp": "#include <unordered_map>\n"}, "from a hash"),
    ("bans", "an exception", {"src/core/a.cpp": "void f() { throw 1; }\n"}, "return a Result"),
    ("bans", "std maths", {"src/sim/a.cpp": "double y = std::exp(x);\n"}, "base/mathx.hpp"),
    ("bans", "bare maths", {"src/sim/a.cpp": "double y = log (x);\n"}, "base/mathx.hpp"),
    ("bans", "a maths function as a value", {"src/sim/a.cpp": "using std::tanh;\n"}, "mathx"),
    ("bans", "our maths, members and exact functions", {
        "src/sim/a.cpp": "double y = mathx::exp(x) + std::sqrt(x) + book.log(x) + std::floor(x);\n"},
     ""),
    ("bans", "the time of the system", {"src/sim/a.cpp": "auto now = ::time(nullptr);\n"},
     "take the time from the event"),
    ("bans", "an enumerator of such a name", {"src/sim/a.cpp": "auto barrier = Barrier::time;\n"}, ""),
    ("bans", "words in comments, strings and longer names", {
        "src/sim/a.cpp": "// throw, mutex\nconst char* s = \"rand time\";\nint time_stop = 1'000;\n"},
     ""),
    ("bans", "an adapter, which may", {"src/store/a.cpp": "try { f(); } catch (int) { g(); }\n"}, ""),
    ("doubles", "money as a double", {"src/model/a.hpp": "struct Fill { double price; };\n"},
     "use Price"),
    ("doubles", "a double where it is free", {"src/sim/a.cpp": "double drift = 0.1;\n"}, ""),
    ("doubles", "the bridge", {"src/base/score.hpp": "struct Score { double value; };\n"}, ""),
    ("modes", "a mode enum", {"src/core/a.hpp": "enum class Kind { live, other };\n"}, "not the mode"),
    ("modes", "a mode flag", {"src/sim/a.hpp": "bool is_backtest = false;\n"}, "not the mode"),
    ("modes", "an assembly, which may", {"src/runtime/a.hpp": "enum class Mode { paper };\n"}, ""),
    ("modes", "longer names", {"src/core/a.hpp": "int live_orders = 0; int replayed = 0;\n"}, ""),
    ("words", "unfinished work", {"docs/a.md": "x\n" + tables.UNFINISHED[0] + ": later\n"},
     "finish it"),
    ("words", "a path of one machine", {"tools/a.sh": "cd /ho" + "me/somebody\n"},
     "a path of one machine"),
    ("words", "finished work", {"docs/a.md": "All of it works.\n"}, ""),
    ("unity", "one name twice in a folder", {
        "src/sim/a.cpp": "namespace {\nint half(int whole) { return whole / 2; }\n}\n",
        "src/sim/b.cpp": "namespace {\nint half(int all) { if (all) { return 1; } return 0; }\n}\n"},
     "half is also file-local"),
    ("unity", "one constant twice in a folder", {
        "src/sim/a.cpp": "namespace {\nconstexpr int kMost = 3;\n}\n",
        "src/sim/b.cpp": "namespace {\nconstexpr int kMost{4};\n}\n"}, "kMost is also file-local"),
    ("unity", "overloads, members, locals and other folders", {
        "src/sim/a.cpp": "namespace {\nint half(int whole) { int x = 1; return whole / 2 + x; }\n}\n",
        "src/sim/b.cpp": "namespace {\nint half(long whole) { int x = 1; return x; }\n"
                         "struct A { int y = 0; };\nstruct B { int y = 0; };\n}\n",
        "src/core/a.cpp": "namespace {\nint half(int whole) { return whole / 2; }\n}\n"}, ""),
    ("headers", "a header that needs its includer", {
        "src/base/a.hpp": "#pragma once\nstd::string name();\n"}, "does not compile alone"),
    ("headers", "a header that stands alone", {
        "src/base/a.hpp": "#pragma once\n#include <string>\nstd::string name();\n"}, ""),
    ("headers", "its own header second", {
        "src/base/a.cpp": '#include "base/b.hpp"\n#include "base/a.hpp"\n',
        "src/base/a.hpp": "", "src/base/b.hpp": ""}, "is not its first include"),
    ("reachable", "dead code", {"src/app/main.cpp": "", "src/base/a.hpp": "",
                                "src/base/a.cpp": '#include "base/a.hpp"\n'},
     "src/app does not reach it"),
    ("reachable", "live code", {"src/app/main.cpp": '#include "base/a.hpp"\n', "src/base/a.hpp": "",
                                "src/base/a.cpp": '#include "base/a.hpp"\n#include "base/b.hpp"\n',
                                "src/base/b.hpp": "",
                                "src/base/b_more.cpp": '#include "base/b.hpp"\n'}, ""),
]


def write(tree):
    """The headers rule asks the compiler, which wants files."""
    import os
    for path, text in tree.files.items():
        full = os.path.join(tree.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def judge(rule, files, expected):
    """None when the rule does as it should; otherwise what it said."""
    with tempfile.TemporaryDirectory() as root:
        tree = Tree({"src/FLOORS": FLOORS, **files}, root)
        if rule == "headers":
            write(tree)
        findings = [str(found) for found in getattr(lint_rules, rule)(tree)]
    if not expected:
        return findings or None
    return None if any(expected in found for found in findings) else findings or ["nothing"]


def run():
    """(passed, failed, skipped) of all planted sins, and of the table itself."""
    failed = 0
    for rule, planted, files, expected in CASES:
        said = judge(rule, files, expected)
        if said:
            failed += 1
            print(f"failed: lint self-test: {rule}: {planted}: expected "
                  f"'{expected or 'no finding'}', got {said}")
    for rule in lint_rules.RULES:
        kinds = {bool(expected) for name, _, _, expected in CASES if name == rule.__name__}
        if kinds != {True, False}:
            failed += 1
            print(f"failed: lint self-test: {rule.__name__} needs a planted sin and a good twin")
    return len(CASES) + len(lint_rules.RULES) - failed, failed, 0
