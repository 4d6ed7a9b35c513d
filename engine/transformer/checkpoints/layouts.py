"""How a published format names the weights of a family, as data.

A layout's ``names`` has one line for each canonical weight or module, as they are called in
engine/transformer/weights.py, with what the file calls it:

- ``{i}`` is the number of the layer, ``{i:02}`` the same with two digits;
- ``{query|key|value}`` stands for several tensors that are joined along their output axis;
- a module (``embeddings/norm``, ``layers/{i}/attention/output``) gets the suffixes of its weights,
  a single weight (``embeddings/token``) is called exactly what its line says.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_LAYER = re.compile(r"(?<=layers/)\d+")
_CHOICE = re.compile(r"\{(\w+(?:\|\w+)+)\}")


@dataclass(frozen=True)
class Recipe:
    """Published tensors that make one canonical weight: joined along the last (output) axis, each
    of them transposed before if the file keeps it as [out, in]."""

    parts: tuple[str, ...]
    transposed: bool = False


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The names of one published format.

    Attributes:
        title: what people call it, for messages.
        families: what can be published this way, the most likely first.
        architecture: the fields that differ from those of the family.
        names: canonical names and the published ones, as the module says.
        dense: suffixes of a dense layer's kernel and bias.
        norm: suffixes of a norm's scale and bias.
        transposed: kernels are [out, in] (PyTorch's Linear).
        transposed_tables: canonical names of tables that are the other way round.
        prefixes: beginnings that some files have and others have not; taken off.
        renames: pieces of older names and the present ones.
        rename: what renames cannot say: all names of a file to their present forms.
        requires: published names by which the layout is recognised.
        lacks: published names that it never has.
        tied: published names of copies of another tensor, which need not be read.
        ignored: patterns of tensors that are no weights (masks, optimizers, other heads).
        activations: what config.json's activation means in this format; empty where the family
            says it better than the file.
    """

    title: str
    families: tuple[str, ...]
    names: Mapping[str, str]
    dense: tuple[str, str] = ("/kernel", "/bias")
    norm: tuple[str, str] = ("/gamma", "/beta")
    transposed: bool = False
    transposed_tables: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    rename: Callable[[Iterable[str]], dict[str, str]] | None = None
    requires: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    tied: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    architecture: Mapping[str, Any] = field(default_factory=dict)
    activations: Mapping[str, str] = field(default_factory=dict)

    def recipe(self, name: str) -> Recipe | None:
        """How a canonical weight is made, or None where the layout has nothing for it."""
        found = _LAYER.search(name)
        layer = int(found.group()) if found else 0
        pattern = _LAYER.sub("{i}", name)
        if pattern not in self.names:
            module, _, leaf = pattern.rpartition("/")
            if module not in self.names:
                return None
            pattern, suffix = module, self._suffix(module, leaf)
        else:
            suffix = ""
        parts = tuple(part.format(i=layer) + suffix for part in _alternatives(self.names[pattern]))
        turned = self.transposed if name.endswith("/kernel") else name in self.transposed_tables
        return Recipe(parts, turned)

    def _suffix(self, module: str, leaf: str) -> str:
        kernel_or_scale, bias = self.norm if module.endswith("norm") else self.dense
        return bias if leaf == "bias" else kernel_or_scale

    def present_names(self, names: Iterable[str]) -> dict[str, str]:
        """The names that this layout's lines speak of, and what the file calls them."""
        if self.rename is not None:
            return self.rename(names)
        return {self._present_name(name): name for name in names}

    def _present_name(self, name: str) -> str:
        for prefix in self.prefixes:
            name = name.removeprefix(prefix)
        for old, new in self.renames:
            name = name.replace(old, new)
        return name

    def recognises(self, names: Iterable[str]) -> bool:
        """Whether a file of these tensors is one of this layout."""
        present = self.present_names(names).keys()
        return present >= set(self.requires) and not present & set(self.lacks)

    def layers(self, present: Iterable[str], stack: str = "") -> int:
        """Layers that there are names for, of the decoder ("") or of the encoder ("encoder/")."""
        present = set(present)
        count = 0
        while True:
            recipe = self.recipe(f"{stack}layers/{count}/attention/output/kernel")
            if recipe is None or not present.issuperset(recipe.parts):
                return count
            count += 1

    def ignores(self, name: str) -> bool:
        """Whether a tensor of this (present) name is known and not needed."""
        return name in self.tied or any(re.fullmatch(pattern, name) for pattern in self.ignored)


def _alternatives(pattern: str) -> list[str]:
    """'a/{q|k}/b' as ['a/q/b', 'a/k/b']."""
    found = _CHOICE.search(pattern)
    if found is None:
        return [pattern]
    before, after = pattern[: found.start()], pattern[found.end() :]
    return [f"{before}{choice}{after}" for choice in found.group(1).split("|")]


def layer(line: Mapping[str, str], *, at: str, published: str) -> dict[str, str]:
    """The lines of one layer, with the beginnings of both sides put before them."""
    return {f"{at}/{name}": f"{published}{theirs}" for name, theirs in line.items()}
