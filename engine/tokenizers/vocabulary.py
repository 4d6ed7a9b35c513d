"""WordPiece vocabularies: one piece a line, its number the row of the published token table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import TokenizerError
from engine.tokenizers.characters import is_ideograph, is_punctuation

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Compound:
    """An added piece: its embedding is the average of rows of the published table.

    Attributes:
        rows: rows of the published table.
        weights: one for each row, in any unit; equal weights where it is empty.
    """

    rows: tuple[int, ...]
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class EmbeddingRows:
    """Which rows of a published table belong to a vocabulary that departs from the published one.

    Attributes:
        keep: rows that are kept, in the order of the ids (bert4keras: keep_tokens).
        compounds: pieces that come after them (bert4keras: compound_tokens, whose numbers count
            kept rows; these here are rows of the published table).
    """

    keep: tuple[int, ...]
    compounds: tuple[Compound, ...] = ()

    def select(self, table: NDArray[Number]) -> NDArray[Number]:
        """The rows of a table [rows, ...] or of an output bias [rows], in the order of the ids."""
        kept = table[list(self.keep)]
        if not self.compounds:
            return kept
        added = [
            np.average(table[list(item.rows)].astype(np.float64), 0, item.weights or None)
            for item in self.compounds
        ]
        return np.concatenate([kept, np.stack(added).astype(table.dtype)])


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of a WordPiece vocabulary, each once.

    Attributes:
        pieces: by id.
        rows: which rows of the published table they stand for; None where that is simply all.

    Raises TokenizerError for a vocabulary that is empty or has a piece twice.
    """

    pieces: tuple[str, ...]
    rows: EmbeddingRows | None = None
    name: str = field(default="the vocabulary", compare=False)

    def __post_init__(self) -> None:
        if not self.pieces:
            raise TokenizerError(f"{self.name} is empty; take the file that the weights came with")
        if len(self.ids) != len(self.pieces):
            twice = next(p for i, p in enumerate(self.pieces) if self.ids[p] != i)
            raise TokenizerError(
                f"{self.name} has {twice!r} twice, so ids would not fit the weights; "
                "take the file that the weights came with"
            )

    def __len__(self) -> int:
        return len(self.pieces)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of every piece."""
        return {piece: id for id, piece in enumerate(self.pieces)}

    def simplified(self, startswith: Sequence[str] = ()) -> "Vocabulary":
        """Without the pieces that WordPiece never makes of a text, as Su's models have it.

        These are longer pieces with an ideograph or punctuation in them, such as ##中, for BERT
        makes each of those a word of its own. Special pieces look like that as well ([CLS] has
        brackets), so those to keep are named, and get the first ids.
        Source: bert4keras, load_vocab(simplified=True, startswith=...).

        Raises TokenizerError for a name in ``startswith`` that is no piece.
        """
        first = [self._require(piece) for piece in dict.fromkeys(startswith)]
        chosen = set(first)
        rest = (id for id, p in enumerate(self.pieces) if id not in chosen and not _is_redundant(p))
        return self.select([*first, *rest])

    def select(self, ids: Sequence[int]) -> "Vocabulary":
        """These pieces only, in this order (bert4keras: keep_tokens)."""
        wrong = [id for id in ids if not 0 <= id < len(self)]
        if wrong:
            raise TokenizerError(f"{self.name} has {len(self)} pieces, so no id {wrong[0]} to keep")
        if self.rows is not None and self.rows.compounds:
            raise TokenizerError("choose pieces to keep before adding compound pieces")
        rows = self.rows.keep if self.rows is not None else range(len(self))
        kept = EmbeddingRows(tuple(rows[id] for id in ids))
        return replace(self, pieces=tuple(self.pieces[id] for id in ids), rows=kept)

    def extended(self, compounds: Mapping[str, Sequence[str]]) -> "Vocabulary":
        """With added pieces, the embedding of each the mean of those of the pieces it is made of.

        ``extended({"今天": ["今", "天"]})``. Source: bert4keras, compound_tokens of
        build_transformer_model.

        Raises TokenizerError for a piece that is there already, or one made of unknown pieces.
        """
        rows = self.rows or EmbeddingRows(tuple(range(len(self))))
        added = []
        for piece, parts in compounds.items():
            ids = [self._require(part) for part in parts]
            if not ids or max(ids) >= len(rows.keep):
                raise TokenizerError(f"{piece!r} must be made of pieces with rows of their own")
            added.append(Compound(tuple(rows.keep[id] for id in ids)))
        return replace(
            self,
            pieces=(*self.pieces, *compounds),
            rows=replace(rows, compounds=(*rows.compounds, *added)),
        )

    def _require(self, piece: str) -> int:
        try:
            return self.ids[piece]
        except KeyError:
            raise TokenizerError(
                f"{self.name} has no piece {piece!r}; is it the one that the weights came with?"
            ) from None


def read_vocabulary(path: Path | str) -> Vocabulary:
    """The vocabulary of a vocab.txt, or of a Hugging Face tokenizer.json of the WordPiece kind.

    Raises TokenizerError if the file is missing, not UTF-8, or no such vocabulary.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TokenizerError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TokenizerError(
            f"{path} is not text in UTF-8; download vocab.txt again from where the weights are"
        ) from None
    if path.suffix == ".json":
        pieces = _pieces_of_json(path, text)
    else:
        # Not splitlines(): BERT's Chinese vocabulary has U+2028 for a piece.
        pieces = [line.removesuffix("\r") for line in text.split("\n")]
        if pieces[-1] == "":
            pieces.pop()
    return Vocabulary(tuple(pieces), name=str(path))


def _pieces_of_json(path: Path, text: str) -> list[str]:
    try:
        model = json.loads(text)["model"]
        ids: dict[str, int] = model["vocab"] if model["type"] == "WordPiece" else {}
        pieces = sorted(ids, key=ids.__getitem__)
        if not pieces or [ids[piece] for piece in pieces] != list(range(len(pieces))):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise TokenizerError(
            f"{path} is no WordPiece tokenizer; give the vocab.txt of the weights"
        ) from None
    return pieces


def _is_redundant(piece: str) -> bool:
    stem = piece.removeprefix("##")
    return len(piece) > 1 and any(is_ideograph(char) or is_punctuation(char) for char in stem)
