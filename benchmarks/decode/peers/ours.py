"""The engine: load_checkpoint on the same folder, and its decoder."""

from collections.abc import Sequence
from typing import Any, cast

from benchmarks.decode.peers.measure import Plan, Prompts, main
from benchmarks.decode.peers.users import together
from engine.tokenizers import Vocabulary, WordPieceTokenizer
from engine.transformer.checkpoints import load_checkpoint
from engine.transformer.decoder import Chunk
from engine.transformer.runtimes import Dtype


class Ours:
    """LanguageModel.decoder(), a slot for each prompt."""

    compiles_shapes = True

    def __init__(self, plan: Plan) -> None:
        words = WordPieceTokenizer(Vocabulary(tuple(f"word{i}" for i in range(plan.vocabulary))))
        dtype = cast(Dtype, plan.precision)
        self._model = load_checkpoint(plan.weights, dtype=dtype, tokenizer=words)

    def generate(self, prompts: Prompts, new_tokens: int, room: int) -> Sequence[Sequence[int]]:
        decoder = self._model.decoder(slots=len(prompts))
        slots = [decoder.open() for _ in prompts]
        found: list[list[int]] = [[] for _ in prompts]
        chunks = prompts
        for _ in range(new_tokens):
            given = [Chunk(slot, chunk) for slot, chunk in zip(slots, chunks, strict=True)]
            tokens = [int(logits.argmax()) for logits in decoder.extend(given)]
            for row, token in zip(found, tokens, strict=True):
                row.append(token)
            chunks = [[token] for token in tokens]
        return found

    def users(self, plan: Plan) -> dict[str, Any]:
        return together(self._model, plan)


if __name__ == "__main__":
    main(Ours, users=Ours.users)
