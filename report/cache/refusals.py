"""What code that a result depends on may not use, and what to do instead: it looks at things that are in no fingerprint."""

from __future__ import annotations

import re

COMPUTED = "use the name itself, or a dictionary from names to functions"
READS = "what it reads is not part of the fingerprint: declare it as Data, or pass it as an argument"
_PLACES = "where code stands, and who calls it, does not count as code"
_CLOCK = "no two runs see the same time: pass a date as an argument; time.perf_counter() measures how long something takes"
_CHANCE = "no two runs draw the same: use a generator with the trial's seed"
_HERE = "a result must not depend on the machine, the user or the folder: pass it as an argument"
_PROGRAM = "another program cannot be followed"
_IMPORT = "write an import statement"

BUILTINS = {
    "eval": "write the expression as code, or as a function",
    "exec": "write the code in a module",
    "compile": "write the code in a module",
    "globals": COMPUTED,
    "locals": COMPUTED,
    "vars": COMPUTED,
    "getattr": "only a literal name can be followed: " + COMPUTED,
    "__import__": _IMPORT,
    "__builtins__": COMPUTED,
    "__doc__": "docstrings do not count as code: keep the text in a constant",
    "__file__": "a result must not depend on where the checkout lies: declare the file as Data",
    "open": READS,
    "input": READS,
}

LIBRARY = {
    "builtins": COMPUTED,
    "ctypes": "code in other languages cannot be followed: put it into a package, whose version counts",
    "importlib": _IMPORT,
    "inspect": "code that looks at code sees what does not count, such as comments",
    "operator.attrgetter": COMPUTED,
    "operator.methodcaller": COMPUTED,
    "sys.modules": COMPUTED,
    "gc": "what lives in a process depends on what ran before",
    "typing.get_type_hints": "annotations of functions do not count as code: keep the types in a constant",
    **dict.fromkeys(("pkgutil", "runpy", "zipimport", "imp"), _IMPORT),
    **dict.fromkeys(("subprocess", "os.popen", "os.system", "os.fork", "pty"), _PROGRAM),
    **{f"os.{name}": _PROGRAM for name in ("execv", "execve", "execvp", "spawnv", "spawnl", "posix_spawn", "startfile")},
    **dict.fromkeys(("sys._getframe", "sys._current_frames", "sys.exc_info", "sys.settrace", "sys.setprofile"), _PLACES),
    **dict.fromkeys(("traceback", "linecache"), _PLACES),
    **dict.fromkeys(("sys.argv", "sys.stdin", "sys.path", "sys.executable", "sys.flags"), _HERE),
    **dict.fromkeys(("io.open", "io.FileIO", "io.open_code", "_io", "codecs.open", "tokenize.open"), READS),
    **dict.fromkeys(("gzip", "bz2.open", "bz2.BZ2File", "lzma.open", "lzma.LZMAFile", "tarfile", "zipfile"), READS),
    **dict.fromkeys(("fileinput", "filecmp", "mmap", "tempfile", "shutil", "glob", "netrc", "wave", "mailbox"), READS),
    **dict.fromkeys(("shelve", "dbm", "sqlite3", "configparser", "plistlib.load", "mimetypes", "zoneinfo"), READS),
    **dict.fromkeys(("xml.etree.ElementTree.parse", "xml.etree.ElementTree.iterparse", "xml.dom", "xml.sax"), READS),
    **dict.fromkeys(("urllib.request", "http", "socket", "ssl", "ftplib", "smtplib", "select", "socketserver"), READS),
    **dict.fromkeys(("pathlib.Path.cwd", "pathlib.Path.home", "platform", "getpass", "locale", "pwd", "grp"), _HERE),
    **{f"os.{name}": READS for name in ("open", "read", "listdir", "scandir", "walk", "fwalk", "stat", "lstat", "access")},
    **{f"os.{name}": READS for name in ("readlink", "path.exists", "path.lexists", "path.isfile", "path.isdir", "path.islink")},
    **{f"os.path.{name}": READS for name in ("getsize", "getmtime", "getatime", "getctime", "samefile", "ismount", "realpath")},
    **{f"os.{name}": _HERE for name in ("environ", "environb", "getenv", "getenvb", "getcwd", "getcwdb", "getpid", "getppid")},
    **{f"os.{name}": _HERE for name in ("cpu_count", "getlogin", "getuid", "uname", "getloadavg", "path.abspath", "times")},
    **{f"os.{name}": _HERE for name in ("path.expanduser", "path.expandvars", "sched_getaffinity", "get_terminal_size")},
    **{f"time.{name}": _CLOCK for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime")},
    **{f"time.{name}": _CLOCK for name in ("clock_gettime", "clock_gettime_ns", "tzname", "timezone")},
    **{f"datetime.datetime.{name}": _CLOCK for name in ("now", "today", "utcnow")},
    "datetime.date.today": _CLOCK,
    **dict.fromkeys(("os.urandom", "os.getrandom", "secrets", "uuid", "random.SystemRandom"), _CHANCE),
}
ENGINE_MAY = {"eval", "compile", "getattr", "vars", "inspect", "typing", "__file__"}
"""What the engine may use, by whose authors it is known to look into other packages and authors' objects, not into modules."""
LIBRARIES = {name.partition(".")[0] for name in LIBRARY}

ATTRIBUTES = {
    "__subclasses__": "who inherits from a class cannot be followed: list the classes in a tuple",
    "__globals__": "a module's names cannot be followed through an object: use the names themselves",
    "__code__": "code as an object cannot be followed: call the function",
    "__doc__": "docstrings do not count as code: keep the text in a constant",
    "__annotations__": "annotations of functions do not count as code: keep the types in a constant",
    **dict.fromkeys(("f_back", "f_lineno", "f_globals", "f_code", "tb_frame", "tb_lineno", "gi_frame"), _PLACES),
    **dict.fromkeys(("read_text", "read_bytes", "exists", "is_file", "is_dir", "iterdir", "rglob", "st_mtime"), READS),
}

READERS = re.compile(r"(read_[a-z]+|load|loads?txt|loadmat|genfromtxt|fromfile|memmap|imread|open|open_memmap)")
PATHS = {"Path", "PurePath", "join", "abspath", "expanduser", "absolute", "resolve", "with_suffix", "with_name", "joinpath"}


def of_library(dotted: str) -> str | None:
    """The remedy for a dotted name of the standard library that is refused; None for one that is welcome."""
    if dotted.partition(".")[0] not in LIBRARIES or dotted.startswith("importlib.metadata"):
        return None
    return next((remedy for prefix, remedy in LIBRARY.items() if (dotted + ".").startswith(prefix + ".")), None)
