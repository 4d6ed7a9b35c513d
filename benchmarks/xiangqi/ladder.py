"""The ladder: our levels against random, greedy and fairy-stockfish, as Elo with error bars.

    python -m benchmarks.xiangqi.ladder --levels club,master --pairs 20 --near 3

Each opening is played twice with colours exchanged, against every opponent, or with ``--near``
against those whose rating is nearest to the level's so far, which tells most per game. Every
finished game is appended to ``--games`` (JSON lines) at once, so a run that was stopped goes on
where it was; the table is made from all games in the files named there, so that two processes can
play into one each. ``--report-only`` plays nothing.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

from benchmarks.xiangqi.elo import Pairing, Rating, fit
from benchmarks.xiangqi.opponents import ANCHORS, LevelMover, Opponent, make_opponent
from benchmarks.xiangqi.referee import play
from engine.xiangqi.board.moves import Move

OPENINGS = Path(__file__).parent / "openings.txt"


class GameRow(TypedDict):
    """One line of the games file; ``score`` is the player's, ``seconds`` its longest and mean
    thinking time."""

    player: str
    opponent: str
    opening: int
    red: bool
    score: float
    termination: str
    seconds: tuple[float, float]
    moves: str


def read_openings(path: Path = OPENINGS) -> list[list[Move]]:
    """The openings, one a line in ICCS; lines that start with # are comments."""
    lines = path.read_text().splitlines()
    return [
        [Move.from_uci(word) for word in line.split()]
        for line in lines
        if line and not line.startswith("#")
    ]


def read_games(path: Path) -> list[GameRow]:
    """The games played so far. A last line that a stopped run left unfinished is cut off."""
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    return [json.loads(line) for line in whole.splitlines()]


def schedule(
    players: Sequence[str], opponents: Sequence[str], pairs: int, played: Sequence[GameRow]
) -> Iterator[tuple[str, str, int, bool]]:
    """Player, opponent, opening and whether the player is red, of the games still to be played;
    all pairings advance together, so that a stopped run is balanced."""
    done = {(row["player"], row["opponent"], row["opening"], row["red"]) for row in played}
    for pair in range(pairs):
        for opponent in opponents:
            for player in players:
                for red in (True, False):
                    if player != opponent and (player, opponent, pair, red) not in done:
                        yield player, opponent, pair, red


def nearest(player: str, opponents: Sequence[str], near: int, rows: Sequence[GameRow]) -> str:
    """Of the ``near`` anchors closest in rating, the one that the player has met least."""
    own = [row for row in rows if row["player"] == player]
    elo = fit(pairings(own), ANCHORS)[player].elo if own else ANCHORS["fairy skill -3 depth 4"]
    close = sorted(opponents, key=lambda name: abs(ANCHORS[name] - elo))[:near]
    return min(close, key=lambda name: sum(row["opponent"] == name for row in own))


def schedule_near(
    players: Sequence[str],
    opponents: Sequence[str],
    pairs: int,
    near: int,
    rows: Sequence[GameRow],
) -> Iterator[tuple[str, str, int, bool]]:
    """As ``schedule``, but each player meets one opponent an opening, chosen when the turn comes;
    ``rows`` must grow with the games played."""
    for pair in range(pairs):
        for player in players:
            begun = [r for r in rows if r["player"] == player and r["opening"] == pair]
            opponent = begun[0]["opponent"] if begun else nearest(player, opponents, near, rows)
            for red in (True, False):
                if player != opponent and red not in {row["red"] for row in begun}:
                    yield player, opponent, pair, red


def pairings(rows: Sequence[GameRow]) -> list[Pairing]:
    """The rows summed by player and opponent."""
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        scores[row["player"], row["opponent"]].append(row["score"])
    return [Pairing(a, b, sum(values), len(values)) for (a, b), values in sorted(scores.items())]


def rate(rows: Sequence[GameRow], *, free_anchors: bool) -> dict[str, Rating]:
    """Ratings with every anchor at its known value, or with random = 0 alone and the others
    rated by these games too."""
    anchors = {"random": 0.0} if free_anchors else ANCHORS
    return fit(pairings(rows), anchors)


def table(rows: Sequence[GameRow], ratings: dict[str, Rating]) -> str:
    """Markdown: the ratings, then each pairing's score."""
    lines = ["| player | Elo | ± (95%) | games |", "|---|---|---|---|"]
    for name, rating in sorted(ratings.items(), key=lambda item: -item[1].elo):
        error = f"{rating.error:.0f}" if rating.error else "anchor"
        lines.append(f"| {name} | {rating.elo:.0f} | {error} | {rating.games} |")
    lines += ["", "| player | opponent | score | games | mean s a move | longest |"]
    lines.append("|---|---|---|---|---|---|")
    for pairing in pairings(rows):
        times = [r["seconds"] for r in rows if (r["player"], r["opponent"]) == pairing_key(pairing)]
        mean = sum(time[1] for time in times) / len(times)
        longest = max(time[0] for time in times)
        share = pairing.score / pairing.games
        lines.append(
            f"| {pairing.first} | {pairing.second} | {share:.1%} | {pairing.games}"
            f" | {mean:.2f} | {longest:.2f} |"
        )
    return "\n".join(lines) + "\n"


def pairing_key(pairing: Pairing) -> tuple[str, str]:
    return pairing.first, pairing.second


def _play_all(args: argparse.Namespace) -> None:
    openings = read_openings()
    if args.pairs > len(openings):
        raise SystemExit(f"--pairs is at most {len(openings)}, the number of openings")
    movers = {name: make_opponent(name, args.seed) for name in args.opponents}
    names = [name for name in args.levels if name in ANCHORS]
    movers |= {name: make_opponent(name, args.seed) for name in names if name not in movers}
    levels = [level for level in args.levels if level not in ANCHORS]
    if levels:
        from engine.xiangqi.play.player import Player

        player = Player.load(args.model)
        for level in levels:
            names.append(level + _pace(args) + args.label)
            movers[names[-1]] = LevelMover(player, level, args.seed, args.seconds, args.simulations)
    rows = read_games(args.games[0])
    games = (
        schedule_near(names, args.opponents, args.pairs, args.near, rows)
        if args.near
        else schedule(names, args.opponents, args.pairs, rows)
    )
    try:
        for name, opponent, pair, red in games:
            row = _play_one(movers, (name, opponent, pair, red), openings[pair])
            rows.append(row)
            with args.games[0].open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(f"{name} - {opponent}: {row['score']} ({row['termination']})", flush=True)
    finally:
        for mover in movers.values():
            mover.close()


def _pace(args: argparse.Namespace) -> str:
    """What is added to a level's name where it does not think as long as it would."""
    seconds = "" if args.seconds is None else f" {args.seconds:g} s"
    return seconds + ("" if args.simulations is None else f" {args.simulations} nodes")


def _play_one(
    movers: dict[str, Opponent],
    game: tuple[str, str, int, bool],
    opening: Sequence[Move],
) -> GameRow:
    name, opponent, pair, red = game
    sides = (movers[name], movers[opponent])
    result = play(*(sides if red else sides[::-1]), opening)
    return {
        "player": name,
        "opponent": opponent,
        "opening": pair,
        "red": red,
        "score": result.red_score if red else 1 - result.red_score,
        "termination": result.termination,
        "seconds": result.seconds[not red],
        "moves": " ".join(result.moves),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rate our xiangqi levels.")
    names = lambda text: [name.strip() for name in text.split(",") if name.strip()]  # noqa: E731
    parser.add_argument("--model", type=Path, default=Path("assets/models/xiangqi"))
    parser.add_argument("--levels", type=names, default=[], help="our levels (or anchors)")
    parser.add_argument("--opponents", type=names, default=list(ANCHORS), help="anchors to play")
    parser.add_argument("--pairs", type=int, default=10, help="openings a pairing, 2 games each")
    parser.add_argument("--near", type=int, help="play only the so many anchors nearest in rating")
    parser.add_argument("--seconds", type=float, help="seconds a move instead of the level's own")
    parser.add_argument("--simulations", type=int, help="nodes a move instead of the level's own")
    parser.add_argument("--label", default="", help="added to the levels' names in the games file")
    default = [Path("runs/xiangqi_ladder.jsonl")]
    parser.add_argument("--games", type=Path, nargs="+", default=default, help="written: the first")
    parser.add_argument("--results", type=Path, help="write PATH.json and PATH.md")
    parser.add_argument("--free-anchors", action="store_true", help="rate the anchors, too")
    parser.add_argument("--report-only", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for name in args.opponents:
        if name not in ANCHORS:
            parser.error(f"no opponent {name!r}; there are: {', '.join(ANCHORS)}")
    return args


def main() -> None:
    args = _arguments()
    args.games[0].parent.mkdir(parents=True, exist_ok=True)
    if not args.report_only:
        _play_all(args)
    rows = [row for path in args.games for row in read_games(path)]
    if not rows:
        raise SystemExit("no games in " + ", ".join(map(str, args.games)))
    ratings = rate(rows, free_anchors=args.free_anchors)
    text = table(rows, ratings)
    print(text)
    if args.results:
        args.results.with_suffix(".md").write_text(text)
        values = {name: rating.__dict__ for name, rating in ratings.items()}
        args.results.with_suffix(".json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
