"""What the benchmarks have in common: where things are, and how a page gets its figures."""

import os
import re
import subprocess
import sys
from pathlib import Path

# The scripts lie in the sources: nothing compiled is left beside them.
sys.dont_write_bytecode = True

TOP = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
# The program that is measured, by default what `cargo build --release` makes.
PITH = os.path.abspath(os.environ.get("PITH", TARGET / "release/pith"))
BENCHMARKS = TOP / "docs/benchmarks.md"


def bulk_tool(*words, stdout=subprocess.PIPE):
    """Runs benches/bulk_tool.rs, or what BULK_TOOL names, and returns what it prints."""
    own = [os.environ["BULK_TOOL"]] if "BULK_TOOL" in os.environ else "cargo bench --quiet --bench bulk_tool --".split()
    return subprocess.run([*own, *map(str, words)], cwd=TOP, stdout=stdout, check=True).stdout


def processor():
    """The maker and the family of this machine's processor."""
    names = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.*)", names.read_text()) if names.is_file() else None
    return " ".join(found.group(1).split()[:2]) if found else os.uname().machine


def put(page, name, text):
    """Replaces what stands between the marks of `name` in a page, or adds it at the end."""
    begin, end = f"<!-- benches/{name} -->", f"<!-- end of benches/{name} -->"
    old, part = page.read_text(), f"{begin}\n{text.strip()}\n{end}"
    before, found, rest = old.partition(begin)
    if found:
        new = before + part + rest.partition(end)[2]
    else:
        new = f"{old.rstrip()}\n\n{part}\n"
    page.write_text(new)
