"""Hugging Face transformers on PyTorch: generate() with its default cache."""

from collections.abc import Sequence

import torch
from transformers import GPT2LMHeadModel

from benchmarks.decode.peers.measure import Plan, Prompts, main


class Transformers:
    """GPT2LMHeadModel."""

    compiles_shapes = False

    def __init__(self, plan: Plan) -> None:
        torch.set_num_threads(plan.threads)
        dtype = getattr(torch, plan.precision)
        self._model = GPT2LMHeadModel.from_pretrained(plan.weights, dtype=dtype).eval()

    def generate(self, prompts: Prompts, new_tokens: int, room: int) -> Sequence[Sequence[int]]:
        ids = torch.tensor(prompts)
        with torch.inference_mode():
            found = self._model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=new_tokens,
                min_new_tokens=new_tokens,
                do_sample=False,
                pad_token_id=0,
            )
        rows: list[list[int]] = found[:, ids.shape[1] :].tolist()
        return rows


if __name__ == "__main__":
    main(Transformers)
