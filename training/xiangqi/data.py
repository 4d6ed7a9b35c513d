"""Game records and teacher labels as arrays, and random windows of them as batches."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.xiangqi.play.masks import pseudo_legal_mask
from engine.xiangqi.play.vocabulary import (
    FLIP_MOVES,
    MIRROR_MOVES,
    MIRROR_SQUARES,
    MOVE_IDS,
    START_TOKEN,
    seen_by_mover,
)
from training.common.files import corpus_file, read_lines

Array = NDArray[np.generic]
NONE = -1
RESULTS = {"1-0": 1.0, "0-1": 0.0, "1/2-1/2": 0.5}
SCORE_SCALE = 48.0
"""Teacher units a logit: fitted to the results of the human games, see training/README.md."""
MATE_SCORE = 5000


@dataclass
class Games:
    """All plies of all games, one after the other; everything as the side to move sees it."""

    start: NDArray[np.int64]
    """[G + 1] where each game begins."""
    codes: NDArray[np.int8]
    """[N, 90] board codes."""
    last: NDArray[np.int16]
    """[N] the move that led here."""
    played: NDArray[np.int16]
    """[N] the move people played."""
    best: NDArray[np.int16]
    """[N] the teacher's move, -1 where it was not asked."""
    score: NDArray[np.float32]
    """[N] the teacher's expected score of the mover in 0..1, nan where it was not asked."""
    result: NDArray[np.float32]
    """[N] the mover's result, nan where it is unknown."""

    def save(self, folder: Path) -> None:
        """One .npy a field, to be mapped by ``load``."""
        folder.mkdir(parents=True, exist_ok=True)
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name))

    @classmethod
    def load(cls, folder: Path) -> "Games":
        """The arrays that ``save`` wrote."""
        return cls(**{f.name: np.load(folder / f"{f.name}.npy") for f in fields(cls)})


def _starting_codes() -> NDArray[np.int8]:
    codes = np.zeros((10, 9), dtype=np.int8)
    codes[0] = [6, 4, 3, 2, 7, 2, 3, 4, 6]
    codes[2, [1, 7]] = 5
    codes[3, ::2] = 1
    return codes.reshape(90) + seen_by_mover(codes.reshape(90), red_to_move=False)


def token(text: str) -> int:
    """The vocabulary id of an ICCS move such as h2e2, seen by red; -1 for no move at all."""
    if not text:
        return NONE
    origin = ord(text[0]) - 97 + 9 * int(text[1])
    return int(MOVE_IDS[origin, ord(text[2]) - 97 + 9 * int(text[3])])


def expected_score(score: float) -> float:
    """The teacher's units as an expected score in 0..1."""
    if abs(score) > MATE_SCORE:
        return float(score > 0)
    return float(1.0 / (1.0 + np.exp(-score / SCORE_SCALE)))


def read_games(folder: Path) -> Games:
    """Replay human_games.tsv and join labels.tsv (formats: the README of training)."""
    rows = [line.split("\t") for line in read_lines(corpus_file(folder, "human_games.tsv"))]
    tokens = [[token(move) for move in row[-1].split()] for row in rows]
    lengths = np.array([len(moves) for moves in tokens])
    start = np.concatenate([[0], np.cumsum(lengths)])
    total = int(start[-1])
    moves = np.concatenate([np.array(game, dtype=np.int16) for game in tokens if game])
    ply = np.arange(total) - np.repeat(start[:-1], lengths)
    black = ply % 2 == 1
    before = np.concatenate([[START_TOKEN], moves[:-1]]).astype(np.int16)
    before[ply == 0] = START_TOKEN
    red_result = np.repeat(np.array([RESULTS.get(row[1], np.nan) for row in rows]), lengths)
    best, score = _read_labels(folder, start, total)
    best = np.where(black & (best >= 0), FLIP_MOVES[best], best).astype(np.int16)
    return Games(
        start=start,
        codes=_replay(moves, start, lengths),
        last=np.where(black, FLIP_MOVES[before], before).astype(np.int16),
        played=np.where(black, FLIP_MOVES[moves], moves).astype(np.int16),
        best=best,
        score=score,
        result=np.where(black, 1 - red_result, red_result).astype(np.float32),
    )


def _read_labels(
    folder: Path, start: NDArray[np.int64], total: int
) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    best = np.full(total, NONE, dtype=np.int16)
    score = np.full(total, np.nan, dtype=np.float32)
    path = corpus_file(folder, "labels.tsv")
    for line in read_lines(path) if path.exists() else ():
        game, _, labels = line.partition("\t")
        first = int(start[int(game)])
        for ply, label in enumerate(labels.split()):
            move, _, value = label.partition(":")
            best[first + ply] = token(move)
            if value:
                score[first + ply] = expected_score(float(value))
    return best, score


def _replay(
    moves: NDArray[np.int16], start: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int8]:
    """All games at once, ply by ply."""
    from engine.xiangqi.play.vocabulary import MOVE_SQUARES

    codes = np.zeros((len(moves), 90), dtype=np.int8)
    boards = np.tile(_starting_codes(), (len(lengths), 1))
    for ply in range(int(lengths.max())):
        alive = np.flatnonzero(lengths > ply)
        index = start[alive] + ply
        codes[index] = seen_by_mover(boards[alive], ply % 2 == 0)
        origin, target = MOVE_SQUARES[moves[index]].T
        boards[alive, target] = boards[alive, origin]
        boards[alive, origin] = 0
    return codes


def held_out(games: Games, every: int = 35) -> NDArray[np.bool_]:
    """Which games are kept out of training: every 35th, and copies of it by its first 40 plies."""
    openings = [
        games.played[a : min(a + 40, b)].tobytes()
        for a, b in zip(games.start[:-1], games.start[1:], strict=True)
    ]
    out = {opening for i, opening in enumerate(openings) if i % every == 0}
    return np.array([opening in out for opening in openings])


def write_held_out(corpus: Path, kept_out: NDArray[np.bool_], path: Path) -> None:
    """The rows of the games that training does not see, for benchmarks.xiangqi.model."""
    lines = read_lines(corpus_file(corpus, "human_games.tsv"))
    rows = [line for line, out in zip(lines, kept_out, strict=True) if out]
    path.write_text("\n".join(rows) + "\n", encoding="utf8")


@dataclass
class Sampler:
    """Random windows of training games as batches for ``training.xiangqi.train``."""

    games: Games
    chosen: NDArray[np.int64]
    """Indices of the games to draw from."""
    windows: int = 32
    length: int = 48
    blind_windows: int = 8
    blind_length: int = 96
    labelled_share: float = 0.5
    """How many windows come from games that the teacher has labelled."""

    def batches(self, seed: int) -> Iterator[dict[str, Array]]:
        """Endless batches; the same seed gives the same ones."""
        random = np.random.default_rng(seed)
        games = self.games
        labelled = games.best[games.start[self.chosen]] != NONE
        pools = [self.chosen, self.chosen[labelled] if labelled.any() else self.chosen]
        while True:
            teacher = random.random(self.windows) < self.labelled_share
            picks = np.array([random.choice(pools[int(t)]) for t in teacher])
            batch = self._windows(picks, random)
            blind = random.choice(self.chosen, self.blind_windows)
            index, valid = self._index(blind, np.zeros(len(blind), int), self.blind_length)
            mirror = random.random(len(blind)) < 0.5
            batch["blind_moves"] = _mirrored(games.last[index], mirror)
            batch["blind_played"] = np.where(
                valid, _mirrored(games.played[index], mirror), NONE
            ).astype(np.int32)
            yield batch

    def _index(
        self, picks: NDArray[np.int64], offset: NDArray[np.int64], length: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        first, end = self.games.start[picks] + offset, self.games.start[picks + 1]
        index = first[:, None] + np.arange(length)
        return np.minimum(index, end[:, None] - 1), index < end[:, None]

    def _windows(self, picks: NDArray[np.int64], random: np.random.Generator) -> dict[str, Array]:
        games, count = self.games, len(picks)
        room = np.maximum(games.start[picks + 1] - games.start[picks] - self.length, 0)
        offset = (random.random(count) * (room + 1)).astype(int)
        index, valid = self._index(picks, offset, self.length)
        mirror = random.random(count) < 0.5
        codes = games.codes[index]
        codes = np.where(mirror[:, None, None], codes[..., MIRROR_SQUARES], codes)
        moves = _mirrored(games.last[index], mirror)
        moves[:, 0] = START_TOKEN
        moves[random.random(count) < 0.1] = START_TOKEN
        horizon = np.where(
            random.random(count) < 0.5,
            1,
            np.where(random.random(count) < 0.3, random.integers(2, 9, count), self.length),
        )
        played, best = _mirrored(games.played[index], mirror), _mirrored(games.best[index], mirror)
        asked = valid & (games.best[index] != NONE)
        legal = pseudo_legal_mask(codes.reshape(-1, 90)).reshape(count, self.length, -1)
        return {
            "codes": codes.astype(np.int32),
            "moves": moves,
            "horizon": horizon.astype(np.int32),
            "played": np.where(valid, played, NONE).astype(np.int32),
            "best": np.where(asked, best, NONE).astype(np.int32),
            "result": np.where(valid, np.nan_to_num(games.result[index], nan=NONE), NONE),
            "score": np.where(valid, np.nan_to_num(games.score[index], nan=NONE), NONE),
            "legal": legal,
        }


def _mirrored(tokens: NDArray[np.int16], mirror: NDArray[np.bool_]) -> NDArray[np.int32]:
    turned = np.where(mirror[:, None], MIRROR_MOVES[tokens], tokens)
    return turned.astype(np.int32)
