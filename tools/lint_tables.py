"""The tables that tools/lint reads: what is banned where, what is too big, whose header is whose.

Folders and who may include whom are not here: they stand in src/FLOORS.
"""

# Floors 0 to 6: a fold of events. Nothing here may ask the clock, the system or chance.
PURE = {"base", "model", "market", "portfolio", "ports", "features", "sim", "risk", "exec", "learn",
        "strategy", "core"}

# The only folders that may know how a run was put together.
MAY_KNOW_MODE = {"runtime", "app", "api", "views", "research"}

CLOCK = "take the time from the event in hand (ts_init)"
CHANCE = "use base/random.hpp with a seed and a counter"
MATHS = "use base/mathx.hpp: glibc's result differs by processor"
ORDER = "use a sorted or dense container: iteration order may not come from a hash"
THREADS = "the pure floors have no threads; runtime owns them"
ERRORS = "return a Result (base/result.hpp); only adapters meet exceptions"
TALK = "use the log facade of base; only app and runtime talk"

# Whole identifiers, outside comments and strings, in the pure floors.
BANNED = {
    "system_clock": CLOCK, "steady_clock": CLOCK, "high_resolution_clock": CLOCK,
    "clock_gettime": CLOCK, "gettimeofday": CLOCK, "localtime": CLOCK, "gmtime": CLOCK,
    "rand": CHANCE, "srand": CHANCE, "random_device": CHANCE, "mt19937": CHANCE,
    "mt19937_64": CHANCE, "default_random_engine": CHANCE,
    "thread": THREADS, "jthread": THREADS, "mutex": THREADS, "shared_mutex": THREADS,
    "condition_variable": THREADS, "this_thread": THREADS, "async": THREADS,
    "getenv": "configuration arrives as an event or an argument",
    "iostream": TALK, "cout": TALK, "cerr": TALK, "printf": TALK, "fprintf": TALK, "puts": TALK,
    "throw": ERRORS, "try": ERRORS, "catch": ERRORS,
    "unordered_map": ORDER, "unordered_set": ORDER, "unordered_multimap": ORDER,
    "unordered_multiset": ORDER,
    "shared_ptr": "own by value or unique_ptr", "make_shared": "own by value or unique_ptr",
    "float": "use Score, or double where it is free",
}

# Where a banned identifier is at home: the facade that the others are sent to.
BAN_EXEMPT = {
    ("src/base/ensure.cpp", "fprintf"), ("src/base/log.cpp", "fprintf"),
    ("src/base/log.cpp", "make_shared"),  # spdlog takes its sink so
}

# Functions of the C library. Their names are also good names for members (Barrier::time), so only
# a call or a std:: in front is a sin.
# libm: those whose last bit depends on the processor's code path or on the rounding mode.
LIBM = {
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "sin", "cos", "tan", "asin",
    "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc",
    "lgamma", "tgamma", "cbrt", "hypot", "fma", "fmod", "remainder", "nearbyint", "rint", "lrint",
    "llrint", "lround", "llround", "ldexp", "frexp", "modf", "beta",
}
CALLS = {"time": CLOCK, "clock": CLOCK, **{name: MATHS for name in LIBM}}
LIBM_HOME = ("src/base/mathx",)

# Money is never a double. Folders without the type at all, and the only files of base that have it.
DOUBLE_BANNED = {"base", "model", "market", "portfolio", "ports", "risk", "exec", "core"}
DOUBLE_HOMES = ("src/base/random.", "src/base/mathx", "src/base/score.", "src/base/fixed_round.")

# Standard headers whose inclusion alone shows the intent.
BANNED_HEADERS = {
    "iostream": TALK, "thread": THREADS, "mutex": THREADS, "condition_variable": THREADS,
    "random": CHANCE, "ctime": CLOCK, "unordered_map": ORDER, "unordered_set": ORDER,
}

# Outside headers by the library names of src/FLOORS; the first prefix that fits decides.
OUTSIDE = [
    ("tl/", "expected"), ("fmt/", "fmt"), ("spdlog/", "spdlog"), ("xxhash.h", "xxhash"),
    ("xxh3.h", "xxhash"), ("zstd.h", "zstd"), ("toml++/", "toml++"), ("toml.hpp", "toml++"),
    ("CLI/", "cli11"), ("boost/json", "boost_json"), ("boost/beast", "beast"),
    ("boost/asio", "beast"), ("boost/math", "boost_math"), ("openssl/", "openssl"),
    ("sqlite3.h", "sqlite3"), ("simdjson.h", "simdjson"), ("zip.h", "libzip"),
    ("zlib.h", "zlib"),
    ("libpq-fe.h", "libpq"), ("hiredis/", "hiredis"), ("xgboost/", "xgboost"),
    ("Eigen/", "eigen"), ("nlopt", "nlopt"), ("prometheus/", "prometheus"),
    ("sodium", "libsodium"),
]
# Light headers of a library whose star in src/FLOORS does not mean all of it.
LIGHT_ONLY = {"fmt": ("fmt/core.h",)}

# Headers of the operating system and the processor: adapters, assemblies and base may use them.
SYSTEM_PREFIXES = ("sys/", "unistd.h", "fcntl.h", "signal.h", "termios.h", "poll.h", "dirent.h",
                   "execinfo.h", "pthread.h", "sched.h", "spawn.h", "immintrin.h", "emmintrin.h",
                   "nmmintrin.h", "linux/", "netinet/", "arpa/", "netdb.h", "malloc.h", "cpuid.h")
SYSTEM_FOLDERS_BANNED = PURE - {"base"}

SIZE = {"header": 300, "source": 500, "test": 800, "folder": 40, "function": 70, "columns": 100,
        "parameters": 6}

# Unfinished work has an issue, not a comment. The words are assembled so that this file passes.
UNFINISHED = ["TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK"]
MACHINE_PATH = r"(?<![\w.$}])/(?:home/\w+|ro" r"ot/|wo" r"rk/)"

CXX = "g++"
CXX_FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror",
             "-ffp-contract=off", "-fsyntax-only", "-Wno-pragma-once-outside-header",
             "-Isrc", "-Itests", "-I.", "-DLANNER_SOURCE_DIR=\"\"", "-DLANNER_BINARY=\"\"",
             "-DLANNER_DEV_BINARY=\"\""]
