"""The example of docs/en/api.md, run as it stands there against the whole application."""

import re

from engine.models.catalogue import ROOT
from tests.conftest import Server


def test_the_example_of_the_endpoints_runs(server: Server) -> None:
    text = (ROOT / "docs/en/api.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert "http://127.0.0.1:7860" in program
    *beginning, story, fewshot, dialogue, parse, neighbours = program.replace(
        "http://127.0.0.1:7860", server.url
    ).splitlines()
    names: dict[str, object] = {}
    exec("\n".join(beginning), names)
    assert eval(story, names)
    assert eval(fewshot, names) == "东京"
    assert isinstance(eval(dialogue, names), str)
    assert eval(parse, names) == "((苹果 (的 颜色)) (是 什么))"
    assert len(eval(neighbours, names)) == 5
