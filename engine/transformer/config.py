"""What makes one Transformer different from another, as data.

Every family that the engine knows is one Transformer with other values of these fields:
engine/transformer/families.py has them.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """A decoder, an encoder, or both (Vaswani et al. 2017), and where it departs from that paper.

    Attributes:
        vocab_size: rows of the token table, padding rows of the published file included.
        hidden_size: width H of the residual stream.
        num_layers: blocks of the decoder (of the encoder, where there is no decoder).
        num_heads: attention heads; hidden_size / num_heads wide unless head_size says otherwise.
        intermediate_size: width of the feed-forward layer.
        max_positions: tokens that fit: rows of a learned position table, or what relative
            positions were trained on.
        head_size: width of a head where that is not hidden_size / num_heads (mT5).
        norm: LayerNorm, or T5's RMSNorm, which has neither mean nor bias.
        norm_placement: "pre" (GPT-2): x + f(norm(x)). "post" (BERT, GPT-1): norm(x + f(x)).
            "gpt2_ml" (Grover): h = x + attention(x), then norm(h + feed_forward(norm(h))).
        norm_epsilon: added to the variance.
        embedding_norm: LayerNorm on the sum of the embeddings.
        final_norm: LayerNorm after the last block.
        activation: GELU by erf, GELU by tanh, or ReLU.
        gated: T5.1.1's feed-forward layer, activation(gate(x)) * up(x).
        biases: whether dense layers have biases (T5 has none).
        position: "learned" (a table), "nezha" (fixed sinusoids of clipped relative positions,
            added to keys and values), "t5" (a learned bias a head and bucket of distances) or
            "rotary" (RoFormer).
        relative_distance: where relative positions are clipped (NEZHA 64, T5 128).
        relative_buckets: T5's buckets of distances.
        num_segments: rows of the segment table; 0 where there is none.
        segments_as_tokens: segments are ids of the token table (CDial-GPT's speakers).
        condition_size: width C of the vector of a token's segment that every block's norms read:
            Conditional Layer Normalization (Su Jianlin, kexue.fm/archives/7124); 0 for none.
        attention: "causal", or "bidirectional" for an encoder alone.
        attention_scale: scores divided by the root of the head's width (T5 does not).
        head: "tied" (the token table), "mlm" (BERT's dense, activation, LayerNorm, then the
            token table and a bias) or "untied" (a matrix of its own).
        logit_scale: logits are multiplied by it.
        encoder_layers: blocks of an encoder that the decoder looks at by cross-attention;
            0 where there is none.
    """

    family: str
    vocab_size: int
    hidden_size: int
    num_layers: int
    num_heads: int
    intermediate_size: int
    max_positions: int
    head_size: int | None = None
    norm: Literal["layer", "rms"] = "layer"
    norm_placement: Literal["pre", "post", "gpt2_ml"] = "pre"
    norm_epsilon: float = 1e-5
    embedding_norm: bool = False
    final_norm: bool = False
    activation: Literal["gelu", "gelu_tanh", "relu"] = "gelu"
    gated: bool = False
    biases: bool = True
    position: Literal["learned", "nezha", "t5", "rotary"] = "learned"
    relative_distance: int = 0
    relative_buckets: int = 0
    num_segments: int = 0
    segments_as_tokens: bool = False
    condition_size: int = 0
    attention: Literal["causal", "bidirectional"] = "causal"
    attention_scale: bool = True
    head: Literal["tied", "mlm", "untied"] = "tied"
    logit_scale: float = 1.0
    encoder_layers: int = 0

    def __post_init__(self) -> None:
        for name in ("vocab_size", "hidden_size", "num_layers", "num_heads", "max_positions"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.head_size is None and self.hidden_size % self.num_heads:
            raise ValueError(
                f"hidden_size {self.hidden_size} is no multiple of num_heads {self.num_heads}"
            )
        has_table = self.num_segments > 0 and not self.segments_as_tokens
        if self.condition_size and not (has_table and self.norm == "layer"):
            raise ValueError("condition_size needs num_segments of their own and LayerNorm")

    @property
    def key_size(self) -> int:
        """Width d of an attention head."""
        return self.head_size or self.hidden_size // self.num_heads

    @property
    def attention_size(self) -> int:
        """Width of all heads together."""
        return self.num_heads * self.key_size
