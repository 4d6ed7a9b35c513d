"""A published checkpoint under the canonical names: one weight at a time, as it is asked for."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.configure import Shape, joined_shape
from engine.transformer.checkpoints.layouts import Layout, Recipe
from engine.transformer.config import TransformerConfig
from engine.transformer.weights import shapes
from engine.weights.bundle import check_finite, listed
from engine.weights.mapped import TensorSource

_COMPARED_ROWS: Final = 16


class MappedWeights:
    """Weights over a source whose tensors a layout names.

    Nothing is copied but what has to be joined (query, key and value of one layer at a time) and
    nothing is kept: the arrays are views of the mapped file where the format allows it.

    Raises:
        CheckpointError: tensors are missing, not known or of another shape than ``config`` says;
            one message names all of them. Later, by ``read``: a value is not finite.
    """

    def __init__(self, source: TensorSource, layout: Layout, config: TransformerConfig) -> None:
        self.source = source
        self.config = config
        self._present = layout.present_names(source.names())
        self._recipes = _recipes(layout, config)
        self._validate(layout)

    def read(self, name: str) -> NDArray[np.floating]:
        """The array in the dtype it was stored in; CheckpointError if it has a NaN or infinity."""
        recipe = self._recipes[name]
        arrays = [self._part(part, recipe.transposed) for part in recipe.parts]
        if len(arrays) == 1:
            return arrays[0]
        joined = np.concatenate(arrays, axis=-1)
        return joined

    def close(self) -> None:
        """Close the files."""
        self.source.close()

    def _part(self, part: str, transposed: bool) -> NDArray[np.floating]:
        array = self.source.read(self._present[part])
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        check_finite(array, f"{self.source.path}: {self._present[part]}")
        return array.T if transposed else array

    def _validate(self, layout: Layout) -> None:
        parts = [part for recipe in self._recipes.values() for part in recipe.parts]
        missing = [part for part in parts if part not in self._present]
        used = set(parts)
        extra = [
            theirs
            for name, theirs in self._present.items()
            if name not in used and not layout.ignores(name)
        ]
        wrong = [
            message
            for name, shape in shapes(self.config).items()
            if not any(part in missing for part in self._recipes[name].parts)
            for message in self._wrong_shapes(self._recipes[name], shape)
        ]
        if missing or extra or wrong:
            raise CheckpointError(
                f"{self.source.path} is read as {layout.title}, but "
                + "; ".join(
                    f"{what} {listed(names)}"
                    for what, names in (
                        ("it lacks", missing),
                        ("nothing is known of", extra),
                        ("other shapes were expected:", wrong),
                    )
                    if names
                )
            )
        for copy, name in layout.tied.items():
            self._check_tied(copy, name)

    def _wrong_shapes(self, recipe: Recipe, expected: Shape) -> list[str]:
        found = [self.source.shape(self._present[part]) for part in recipe.parts]
        share = (*expected[:-1], expected[-1] // len(recipe.parts))
        wanted = share[::-1] if recipe.transposed else share
        if all(shape == wanted for shape in found) and joined_shape(recipe, found) == expected:
            return []
        return [
            f"{part} is {shape}, expected {wanted}"
            for part, shape in zip(recipe.parts, found, strict=True)
            if shape != wanted
        ]

    def _check_tied(self, copy: str, name: str) -> None:
        if copy not in self._present or name not in self._recipes:
            return
        theirs = self.source.read(self._present[copy])
        ours = self.source.read(self._present[self._recipes[name].parts[0]])
        rows = slice(_COMPARED_ROWS)
        if theirs.shape != ours.shape or not np.array_equal(theirs[rows], ours[rows]):
            raise CheckpointError(
                f"{self.source.path}: {self._present[copy]} is no copy of the embedding that the "
                "family ties it to: this model was trained with an output of its own"
            )


def _recipes(layout: Layout, config: TransformerConfig) -> dict[str, Recipe]:
    found = {name: layout.recipe(name) for name in shapes(config)}
    unknown = [name for name, recipe in found.items() if recipe is None]
    if unknown:
        raise CheckpointError(
            f"{layout.title} has no {listed(unknown)}, which {config.family} needs"
        )
    return {name: recipe for name, recipe in found.items() if recipe is not None}
