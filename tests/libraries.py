"""A process for each of Keras's libraries, which all tests of a worker share.

The library is chosen when Keras is imported, so another one needs another process, and starting
it takes longer than most of what is computed there.
"""

import importlib.util
import json
import os
import subprocess
import sys
from typing import IO, Any, Final, cast

import pytest

from engine.models.catalogue import ROOT

LIBRARIES: Final = ("tensorflow", "jax", "torch")
#: JAX compiles for each shape anew, and without LLVM's costly passes that takes half as long.
_XLA_FLAGS: Final = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
#: Reads programs with their arguments, a line of JSON each, and answers what they print or why
#: they failed. What a library itself prints goes to the errors.
_SERVER: Final = """
import contextlib, io, json, os, sys, traceback

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    program, sys.argv = json.loads(line)
    said, failed = io.StringIO(), None
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    except BaseException:
        failed = traceback.format_exc()
    print(json.dumps([said.getvalue(), failed]), file=answers, flush=True)
"""


def environment(name: str) -> dict[str, str]:
    """Of a process that computes with a library."""
    own = {"KERAS_BACKEND": name, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": _XLA_FLAGS}
    return {**os.environ, **own}


class Library:
    """A process in which Keras computes with one library."""

    def __init__(self, name: str) -> None:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            cwd=ROOT,
            env=environment(name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, program: str, *arguments: object) -> str:
        """What a Python program prints.

        Programs share what they import, so none may ask what has been imported already.
        """
        line = json.dumps([program, ["program", *map(str, arguments)]])
        print(line, file=cast(IO[str], self._process.stdin), flush=True)
        answer = cast(IO[str], self._process.stdout).readline()
        assert answer, f"the process of {self.name} ended with {self._process.wait()}"
        said, failed = json.loads(answer)
        assert failed is None, failed
        return str(said)

    def result(self, program: str, *arguments: object) -> Any:
        """The JSON on the last line of what a program prints."""
        return json.loads(self.run(program, *arguments).splitlines()[-1])

    def stop(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()
