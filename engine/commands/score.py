"""python -m engine score: how probable a text is, or each of several answers."""

import argparse
import math
from collections.abc import Sequence

from engine.commands.loading import add_model_options, load, reports_errors


@reports_errors
def main(arguments: Sequence[str]) -> int:
    """Print a table. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m engine score",
        description="With answers: the log-probability of each after the text, best first. "
        "Without: every token of the text with its probability and its rank among all tokens.",
    )
    parser.add_argument("text")
    parser.add_argument("answers", nargs="*", metavar="answer")
    add_model_options(parser)
    options = parser.parse_args(arguments)
    model = load(options)
    if options.answers:
        from engine.generation.scoring import score

        found = score(model, options.text, options.answers)
        for item in sorted(found, key=lambda item: -item.logprob):
            print(f"{item.logprob:10.4f}  {item.text}")
        return 0
    from engine.generation.token_ranks import read_text

    ranks = read_text(model, options.text)
    for token in ranks:
        print(f"{token.rank:8}  {math.exp(token.logprob):8.4f}  {token.text!r}")
    total = sum(token.logprob for token in ranks)
    print(
        f"{len(ranks)} tokens, log-probability {total:.3f}, "
        f"perplexity {math.exp(-total / len(ranks)):.3f} a token"
    )
    return 0
