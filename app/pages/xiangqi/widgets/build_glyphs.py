"""Take the outlines of the piece and river characters from a font: writes glyphs.json.

    pip install fonttools
    python app/pages/xiangqi/widgets/build_glyphs.py LXGWWenKai-Bold.ttf

Drawn as paths, the pieces look the same on every system, whatever fonts it has. README.md
beside this file says where the font comes from and under which licence.
"""

import json
import sys
from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

CHARACTERS = "俥傌炮相仕帥兵車馬砲象士將卒楚河漢界"
EM = 500  # units; whole ones are fine enough for a piece of 100 pixels


def outline(font: TTFont, character: str) -> str:
    """The SVG path of a character, EM units high, y downwards, its box centred on (0, 0)."""
    glyphs = font.getGlyphSet()
    glyph = glyphs[font.getBestCmap()[ord(character)]]
    box = BoundsPen(glyphs)
    glyph.draw(box)
    left, bottom, right, top = box.bounds
    scale = EM / font["head"].unitsPerEm
    centre = (-(left + right) / 2 * scale, (bottom + top) / 2 * scale)
    path = SVGPathPen(glyphs, ntos=lambda value: str(round(value)))
    glyph.draw(TransformPen(path, (scale, 0, 0, -scale, *centre)))
    return str(path.getCommands())


if __name__ == "__main__":
    font = TTFont(sys.argv[1])
    paths = {character: outline(font, character) for character in CHARACTERS}
    lines = ",\n".join(
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(path)}" for key, path in paths.items()
    )
    Path(__file__).with_name("glyphs.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
