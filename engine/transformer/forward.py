"""The one forward pass of every family, as functions of tensors that keep nothing.

It is written over a namespace ``ops`` with the functions of keras.ops, so that Keras computes it
(TensorFlow, JAX, PyTorch) or a graph for a native runtime is built from the very same lines.

Shapes: B rows, S new tokens a row, T tokens of the past (cached, padded), h heads of width d, H the
hidden size, V the vocabulary.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from engine.transformer import positions
from engine.transformer.config import TransformerConfig

Tensor = Any


class Parameters(Protocol):
    """The weights as a runtime holds them, whatever their dtype; names are those of weights.py."""

    def vector(self, name: str) -> Tensor:
        """A vector or a small table as it is."""

    def constant(self, values: Any) -> Tensor:
        """Numbers that are no weights."""

    def rows(self, name: str, ids: Tensor) -> Tensor:
        """Rows [..., H] of a table [V, H]."""

    def matmul(self, x: Tensor, name: str) -> Tensor:
        """x [..., in] times a kernel [in, out]."""

    def project(self, x: Tensor, name: str) -> Tensor:
        """x [..., H] times the transpose of a table [V, H]."""


@dataclass(frozen=True)
class Inputs:
    """What a pass is given besides the past.

    Attributes:
        tokens, positions, segments: ids [B, S].
        mask: added to the attention scores [B, 1, S, T + S]: 0, or very negative where a token
            may not look.
        relative: rows of the table of relative positions [B, S, T + S]; NEZHA and T5 only.
        select: which of the S positions need logits [B, N].
    """

    tokens: Tensor
    positions: Tensor
    segments: Tensor
    mask: Tensor
    relative: Tensor
    select: Tensor


class Shared(NamedTuple):
    """What all layers of a pass have in common.

    Attributes:
        bias: added to the attention scores: the mask and, in T5, the distances.
        condition: a vector of each token's segment [B, S, C] for the norms, or None.
    """

    bias: Tensor
    condition: Tensor | None


class Forward:
    """A configuration's layers over some weights.

    Args:
        prefix: "encoder/" for the encoder of an encoder-decoder.
    """

    def __init__(
        self, config: TransformerConfig, parameters: Parameters, ops: Any, prefix: str = ""
    ) -> None:
        self.config = config
        self.parameters = parameters
        self.ops = ops
        self.prefix = prefix

    def embed(self, inputs: Inputs) -> Tensor:
        """The sum of the embeddings [B, S, H]."""
        config, rows = self.config, self.parameters.rows
        x = rows("embeddings/token", inputs.tokens)
        if config.segments_as_tokens:
            x = x + rows("embeddings/token", inputs.segments)
        elif config.num_segments:
            x = x + rows("embeddings/segment", inputs.segments)
        if config.position == "learned":
            x = x + rows("embeddings/position", inputs.positions)
        return self._norm(x, "embeddings/norm") if config.embedding_norm else x

    def shared(self, inputs: Inputs) -> Shared:
        """What is computed once for all layers."""
        bias, condition = inputs.mask, None
        if self.config.position == "t5":
            distances = self.parameters.rows(f"{self.prefix}relative_bias", inputs.relative)
            bias = inputs.mask + self.ops.transpose(distances, (0, 3, 1, 2))
        if self.config.condition_size:
            table = self.parameters.vector("embeddings/condition")
            condition = self.ops.take(table, inputs.segments, axis=0)
        return Shared(bias, condition)

    def block(
        self,
        layer: int,
        x: Tensor,
        inputs: Inputs,
        shared: Shared,
        past: Any = None,
        cross: Any = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One layer.

        Args:
            past: keys and values [B, h, T, d] of the tokens before, or None.
            cross: keys and values [B, h, E, d] of the encoder's tokens and the mask
                [B, 1, 1, E], or None.

        Returns the layer's output [B, S, H] and its new keys and values [B, h, S, d].
        """
        name = f"{self.prefix}layers/{layer}"
        first, second = f"{name}/attention_norm", f"{name}/feed_forward_norm"
        placement, condition = self.config.norm_placement, shared.condition
        inner = self._norm(x, first, condition) if placement == "pre" else x
        attended, keys, values = self._attention(name, inner, inputs, shared.bias, past)
        x = x + attended
        if cross is not None:
            x = x + self._cross_attention(
                name, self._norm(x, f"{name}/cross_attention_norm"), cross
            )
        if placement == "post":
            inner = x = self._norm(x, first, condition)
        else:
            inner = self._norm(x, second if placement == "pre" else first, condition)
        x = x + self._feed_forward(f"{name}/feed_forward", inner)
        return (x if placement == "pre" else self._norm(x, second, condition)), keys, values

    def cross_keys_values(self, layer: int, encoded: Tensor) -> tuple[Tensor, Tensor]:
        """A decoder layer's keys and values [B, h, E, d] of the encoder's output [B, E, H]."""
        both = self._dense(f"layers/{layer}/cross_attention/key_value", encoded)
        keys, values = self._heads(both, 2)
        return keys, values

    def finish(self, x: Tensor) -> Tensor:
        """What comes after the last block [B, S, H]."""
        return self._norm(x, f"{self.prefix}final_norm") if self.config.final_norm else x

    def logits(self, x: Tensor, inputs: Inputs) -> Tensor:
        """Logits [B, N, V] at the selected positions of the output of ``finish``."""
        x = self.ops.take_along_axis(x, self.ops.expand_dims(inputs.select, -1), axis=1)
        return self.head(x)

    def head(self, x: Tensor) -> Tensor:
        """Logits [..., V] of the output of ``finish`` [..., H]."""
        config, parameters = self.config, self.parameters
        if config.head == "mlm":
            x = self._norm(self._activation(self._dense("head/dense", x)), "head/norm")
        if config.head == "untied":
            logits = parameters.matmul(x, "head/kernel")
        else:
            logits = parameters.project(x, "embeddings/token")
        if config.head == "mlm":
            logits = logits + parameters.vector("head/bias")
        if config.logit_scale == 1.0:
            return logits
        return logits * parameters.constant(config.logit_scale)

    def _attention(
        self, name: str, x: Tensor, inputs: Inputs, bias: Tensor, past: Any
    ) -> tuple[Tensor, Tensor, Tensor]:
        ops = self.ops
        fused = self._dense(f"{name}/attention/query_key_value", x)
        query, key, value = self._heads(fused, 3)
        if self.config.position == "rotary":
            query, key = (self._rotate(part, inputs.positions) for part in (query, key))
        query = self._scaled(query)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        if past is not None:
            before = ops.matmul(query, ops.transpose(past[0], (0, 1, 3, 2)))
            scores = ops.concatenate([before, scores], axis=-1)
        distances = None
        if self.config.position == "nezha":
            distances = ops.take(self._sinusoids(), inputs.relative, axis=0)  # [B, S, T + S, d]
            scores = scores + _by_query(ops, query, ops.transpose(distances, (0, 1, 3, 2)))
        weights = ops.softmax(scores + bias, axis=-1)
        mixed = self._mix(weights, value, past)
        if distances is not None:
            mixed = mixed + _by_query(ops, weights, distances)
        return self._dense(f"{name}/attention/output", self._merge(mixed)), key, value

    def _mix(self, weights: Tensor, value: Tensor, past: Any) -> Tensor:
        """Values weighted by attention [B, h, S, d]; the past is not copied to be joined."""
        ops = self.ops
        if past is None:
            return ops.matmul(weights, value)
        new = ops.shape(value)[2]
        before, now = ops.split(weights, [ops.shape(weights)[3] - new], axis=-1)
        return ops.matmul(before, past[1]) + ops.matmul(now, value)

    def _cross_attention(self, name: str, x: Tensor, cross: Any) -> Tensor:
        ops = self.ops
        keys, values, mask = cross
        query = self._scaled(*self._heads(self._dense(f"{name}/cross_attention/query", x), 1))
        weights = ops.softmax(ops.matmul(query, ops.transpose(keys, (0, 1, 3, 2))) + mask, axis=-1)
        return self._dense(
            f"{name}/cross_attention/output", self._merge(ops.matmul(weights, values))
        )

    def _feed_forward(self, name: str, x: Tensor) -> Tensor:
        inner = self._dense(f"{name}/up", x)
        if self.config.gated:
            inner = inner * self._activation(self._dense(f"{name}/gate", x))
        else:
            inner = self._activation(inner)
        return self._dense(f"{name}/down", inner)

    def _dense(self, name: str, x: Tensor) -> Tensor:
        y = self.parameters.matmul(x, f"{name}/kernel")
        return y + self.parameters.vector(f"{name}/bias") if self.config.biases else y

    def _norm(self, x: Tensor, name: str, condition: Tensor | None = None) -> Tensor:
        scale, epsilon = self.parameters.vector(f"{name}/scale"), self.config.norm_epsilon
        if self.config.norm == "rms":
            return self.ops.rms_normalization(x, scale, epsilon=epsilon)
        bias = self.parameters.vector(f"{name}/bias")
        if condition is None:
            return self.ops.layer_normalization(x, scale, bias, epsilon=epsilon)
        ops, both = self.ops, self.parameters.matmul(condition, f"{name}/condition/kernel")
        scale, bias = map(ops.add, (scale, bias), ops.split(both, 2, axis=-1))
        return ops.layer_normalization(x, epsilon=epsilon) * scale + bias

    def _activation(self, x: Tensor) -> Tensor:
        if self.config.activation == "relu":
            return self.ops.relu(x)
        return self.ops.gelu(x, approximate=self.config.activation == "gelu_tanh")

    def _scaled(self, query: Tensor) -> Tensor:
        if not self.config.attention_scale:
            return query
        return query * self.parameters.constant(self.config.key_size**-0.5)

    def _heads(self, x: Tensor, parts: int) -> list[Tensor]:
        """[B, S, parts * h * d] as so many [B, h, S, d].

        They are transposed together, to lie one after the other: taking them apart costs nothing.
        """
        ops, config = self.ops, self.config
        shape = (*ops.shape(x)[:2], parts, config.num_heads, config.key_size)
        together = ops.transpose(ops.reshape(x, shape), (2, 0, 3, 1, 4))
        return [ops.squeeze(part, 0) for part in ops.split(together, parts, axis=0)]

    def _merge(self, x: Tensor) -> Tensor:
        """[B, h, S, d] as [B, S, h * d]."""
        x = self.ops.transpose(x, (0, 2, 1, 3))
        return self.ops.reshape(x, (*self.ops.shape(x)[:2], self.config.attention_size))

    def _sinusoids(self) -> Tensor:
        return self.parameters.constant(
            positions.nezha_table(self.config.relative_distance, self.config.key_size)
        )

    def _rotate(self, x: Tensor, ids: Tensor) -> Tensor:
        """RoFormer's rotation of neighbouring pairs by the angle of each position."""
        ops, config = self.ops, self.config
        tables = positions.rotary_tables(config.max_positions, config.key_size)
        sine, cosine = (
            ops.expand_dims(ops.take(self.parameters.constant(table), ids, axis=0), 1)
            for table in tables
        )
        swap = self.parameters.constant(positions.rotary_swap(config.key_size))
        return x * cosine + ops.matmul(x, swap) * sine


def _by_query(ops: Any, x: Tensor, tables: Tensor) -> Tensor:
    """x [B, h, S, m] times a table [B, S, m, n] of each query's own: [B, h, S, n]."""
    y = ops.matmul(ops.transpose(x, (0, 2, 1, 3)), tables)
    return ops.transpose(y, (0, 2, 1, 3))
