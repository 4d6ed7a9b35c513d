"""Checks the scripts of the widgets: biome lints the files, tsc reads the programs they become.

    npm ci --prefix tests/javascript
    python -m tests.javascript.check

A script of a widget uses what stands in other files, because app.web.widget joins them into one
function. So tsc gets the joined programs, as a browser gets them, and what it says is told by the
file and line that it is about.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import gradio as gr

from app.shell import build
from app.web.widget import FOLDER
from engine.models.registry import Models

HERE: Final = Path(__file__).parent
TOOLS: Final = HERE / "node_modules" / ".bin"
#: A widget's script is the body of a function of these.
START: Final = """(/**
 * @param {Root} element
 * @param {Trigger} trigger
 * @param {Props} props
 * @param {Server} server
 * @param {Upload} upload
 * @param {Watch} watch
 */
function (element, trigger, props, server, upload, watch) {
"""
END: Final = "\n});\n"
#: Declared and never used: it matters only where no program with the file uses it.
UNUSED: Final = {"TS6133", "TS6196", "TS6198"}
_FOUND: Final = re.compile(r"program(\d+)\.js\((\d+),\d+\): error (TS\d+): (.*)")


def programs() -> list[str]:
    """The scripts that the page sends: those of the widgets, and those of events."""
    demo = build(Models())
    widgets = [
        block.js_on_load
        for block in demo.blocks.values()
        if isinstance(block, gr.HTML) and block.js_on_load
    ]
    events = [function.js for function in demo.fns.values() if isinstance(function.js, str)]
    wrapped = [START + script + END for script in widgets] + [f"void (\n{js}\n);" for js in events]
    return list(dict.fromkeys(wrapped))


def places(program: str, sources: dict[str, str]) -> dict[int, tuple[str, int]]:
    """File and line of a program's lines, by their number from 1 on."""
    found: dict[int, tuple[str, int]] = {}
    for name, source in sources.items():
        at = program.find("\n" + source)
        if at >= 0:
            first = program.count("\n", 0, at + 1) + 1
            lines = range(1, source.count("\n") + 1)
            found |= {first + line - 1: (name, line) for line in lines}
    return found


def complaints(output: str, written: list[str]) -> Iterable[str]:
    """What tsc says of the programs, each only once."""
    sources = {
        path.relative_to(FOLDER.parent).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(FOLDER.rglob("*.js"))
    }
    mapped = [places(program, sources) for program in written]
    holding = defaultdict[str, int](int)  # how many programs a file is part of
    for known in mapped:
        for name in {name for name, _ in known.values()}:
            holding[name] += 1
    found: dict[tuple[str, int, str, str], int] = defaultdict(int)
    for program, line, code, message in _FOUND.findall(output):
        index = int(program)
        # What is in no file was written in Python: its own lines say what it is.
        own = written[index].splitlines()[int(line) - 1].strip()
        name, number = mapped[index].get(int(line), (f"in Python: {own}", 0))
        found[name, number, code, message] += 1
    for (name, line, code, message), times in sorted(found.items()):
        if code not in UNUSED or times == holding.get(name):
            yield f"{name}:{line}: {code} {message}"


def types() -> bool:
    """Whether tsc finds nothing wrong."""
    written = programs()
    with tempfile.TemporaryDirectory() as folder:
        for index, program in enumerate(written):
            (Path(folder) / f"program{index}.js").write_text(program, encoding="utf-8")
        config = {
            "extends": str(HERE / "tsconfig.json"),
            "files": [str(HERE / "gradio.d.ts"), *(f"program{n}.js" for n in range(len(written)))],
        }
        (Path(folder) / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
        run = subprocess.run(
            [TOOLS / "tsc", "--pretty", "false", "--project", folder],
            capture_output=True,
            text=True,
            cwd=folder,
        )
    if run.returncode != 0 and not _FOUND.search(run.stdout):
        raise RuntimeError(run.stdout + run.stderr)
    said = list(complaints(run.stdout, written))
    print("\n".join([*said, f"tsc: {len(written)} programs, {len(said)} complaints"]))
    return not said


def biome() -> bool:
    """Whether biome finds nothing wrong."""
    command = [str(TOOLS / "biome"), "check", "--error-on-warnings", "../../app", "."]
    return subprocess.run(command, cwd=HERE).returncode == 0


def unit_tests() -> bool:
    """Whether node's tests pass."""
    tests = sorted(path.name for path in HERE.glob("*.test.js"))
    return (
        subprocess.run(["node", "--test", "--test-reporter=spec", *tests], cwd=HERE).returncode == 0
    )


if __name__ == "__main__":
    sys.exit(not all([biome(), types(), unit_tests()]))
