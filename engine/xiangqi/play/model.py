"""The xiangqi language model: a decoder-only Transformer that reads a game one ply a step.

Each step reads the last move as a token and, unless it recites, the board, which a small residual
convolution tower turns into one vector (after AlphaZero, arXiv 1712.01815). A causal Transformer
with rotary positions (Su, https://kexue.fm/archives/8265) runs over the plies. Two policy heads
share it: what people play and what a stronger teacher plays; each logit is a token score plus a
from-square, to-square product, as attention heads over the board. Two value heads predict the
expected result of the game and the teacher's expected score.
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from engine.xiangqi.play.vocabulary import MOVE_COUNT, MOVE_SQUARES, PIECE_CODES, SQUARES

Tensor = Any
POLICIES = ("human", "teacher")
VALUES = ("result", "teacher")


@dataclass(frozen=True)
class XiangqiConfig:
    """Sizes of the network: of the board tower, of the Transformer over plies, of the heads."""

    channels: int = 64
    blocks: int = 6
    squeeze: int = 32
    width: int = 256
    layers: int = 6
    heads: int = 4
    policy_width: int = 64
    policy_query: int = 32
    context: int = 64

    def to_dict(self) -> dict[str, int]:
        """The fields as plain JSON."""
        return asdict(self)


class Outputs(NamedTuple):
    """policy [B, T, 2, 2086] and value [B, T, 2] logits; keys and values [B, layers, T, width]."""

    policy: Tensor
    value: Tensor
    keys: Tensor
    values: Tensor


class Convolution(keras.layers.Layer):
    """3 x 3 convolution whose kernel is stored as a matrix [9 * in, out]."""

    def __init__(self, filters: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.channels = int(input_shape[-1] or 0)
        self.kernel = self.add_weight(
            shape=(9 * self.channels, self.filters), initializer="he_normal", name="kernel"
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        self.built = True

    def call(self, x: Tensor) -> Tensor:
        kernel = ops.reshape(self.kernel, (3, 3, self.channels, self.filters))
        return ops.conv(x, kernel, padding="same", data_format="channels_last") + self.bias


class ResidualBlock(keras.layers.Layer):
    """x + gain * conv(relu(conv(relu(x)))); the gain starts small, which replaces normalisation.

    SkipInit (arXiv 2002.10444): no batch statistics, so one position is judged like a thousand.
    """

    def __init__(self, channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = Convolution(channels, name="first")
        self.second = Convolution(channels, name="second")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.first.build(input_shape)
        self.second.build(input_shape)
        self.gain = self.add_weight(
            shape=(input_shape[-1],), initializer=keras.initializers.Constant(0.1), name="gain"
        )
        self.built = True

    def call(self, x: Tensor) -> Tensor:
        return x + self.gain * self.second(ops.relu(self.first(ops.relu(x))))


class BoardTower(keras.layers.Layer):
    """Board codes and the last move [N] to features [N, 90, channels]."""

    def __init__(self, config: XiangqiConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channels = config.channels
        self.stem = Convolution(config.channels, name="stem")
        self.blocks = [
            ResidualBlock(config.channels, name=f"block{i}") for i in range(config.blocks)
        ]
        none = np.full((1, 2), SQUARES)
        self.move_squares = np.concatenate([MOVE_SQUARES, none]).astype("int32")

    def build(self, codes_shape: Any, moves_shape: Any = None) -> None:
        self.stem.build((None, 10, 9, PIECE_CODES + 2))
        for block in self.blocks:
            block.build((None, 10, 9, self.channels))
        self.squares = self.add_weight(
            shape=(10, 9, self.channels),
            initializer=keras.initializers.RandomNormal(stddev=0.1),
            name="squares_embedding",
        )
        self.built = True

    def call(self, codes: Tensor, moves: Tensor) -> Tensor:
        pieces = ops.one_hot(codes, PIECE_CODES, dtype=self.compute_dtype)
        ends = ops.take(ops.convert_to_tensor(self.move_squares), moves, axis=0)
        last = ops.one_hot(ends, SQUARES + 1, dtype=self.compute_dtype)[..., :SQUARES]
        planes = ops.concatenate([pieces, ops.transpose(last, (0, 2, 1))], axis=-1)
        x = self.stem(ops.reshape(planes, (-1, 10, 9, PIECE_CODES + 2))) + self.squares
        for block in self.blocks:
            x = block(x)
        return ops.reshape(ops.relu(x), (-1, SQUARES, self.channels))


class PlyBlock(keras.layers.Layer):
    """A pre-norm Transformer block over plies, with rotary positions and an optional past."""

    def __init__(self, config: XiangqiConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width, self.heads = config.width, config.heads
        self.attention_norm = keras.layers.LayerNormalization(epsilon=1e-5, name="attention_norm")
        self.qkv = keras.layers.Dense(3 * config.width, name="qkv")
        self.projection = keras.layers.Dense(config.width, name="projection")
        self.mlp_norm = keras.layers.LayerNormalization(epsilon=1e-5, name="mlp_norm")
        self.expand = keras.layers.Dense(4 * config.width, activation="gelu", name="expand")
        self.contract = keras.layers.Dense(config.width, name="contract")

    def build(self, input_shape: Any, *_: Any) -> None:
        for layer in (self.attention_norm, self.qkv, self.projection, self.mlp_norm, self.expand):
            layer.build((None, None, self.width))
        self.contract.build((None, None, 4 * self.width))
        self.built = True

    def call(
        self, x: Tensor, mask: Tensor, angles: Tensor, past: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        query, key, value = ops.split(self.qkv(self.attention_norm(x)), 3, axis=-1)
        query, key = rotate(self._split(query), angles), rotate(self._split(key), angles)
        key = ops.reshape(key, ops.shape(value))
        keys, values = key, value
        if past is not None:
            keys = ops.concatenate([past[0], key], axis=1)
            values = ops.concatenate([past[1], value], axis=1)
        scores = ops.einsum("bthd,bshd->bhts", query, self._split(keys))
        scores = ops.cast(scores, "float32") * (self.width // self.heads) ** -0.5
        scores = ops.where(mask[:, None], scores, -1e9)
        weights = ops.cast(ops.softmax(scores), self.compute_dtype)
        context = ops.einsum("bhts,bshd->bthd", weights, self._split(values))
        x = x + self.projection(ops.reshape(context, ops.shape(x)))
        return x + self.contract(self.expand(self.mlp_norm(x))), key, value

    def _split(self, x: Tensor) -> Tensor:
        shape = ops.shape(x)
        return ops.reshape(x, (shape[0], shape[1], self.heads, self.width // self.heads))


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Rotary positions: x [B, T, heads, d] turned by angles [B, T, d / 2]."""
    cos, sin = (ops.cast(f(angles)[:, :, None], x.dtype) for f in (ops.cos, ops.sin))
    first, second = ops.split(x, 2, axis=-1)
    return ops.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


class XiangqiModel(keras.Model):
    """Moves and boards in, logits of the next move and of the result out, at every ply.

    Args of a call (all seen by the side to move at that ply, see ``vocabulary``):
        moves: int [B, T], the last move of every ply, ``START_TOKEN`` where there is none.
        codes: int [B, T, 90] board codes, or None to recite from the moves alone.
        positions: int [B, T], the number of the ply, for the rotary positions.
        mask: bool [B, T, S + T], which plies (S of them in the past) each ply may look at.
        past: keys and values of the S plies before, each [B, layers, S, width], or None.
    """

    def __init__(self, config: XiangqiConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        dense = keras.layers.Dense
        small = keras.initializers.RandomNormal(stddev=0.02)
        self.tower = BoardTower(config, name="tower")
        self.squeeze = dense(config.squeeze, activation="relu", name="squeeze")
        self.board = dense(config.width, name="board")
        self.move_embedding = keras.layers.Embedding(
            MOVE_COUNT + 1, config.width, embeddings_initializer=small, name="move_embedding"
        )
        self.plies = [PlyBlock(config, name=f"ply{i}") for i in range(config.layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")
        self.token_query = dense(len(POLICIES) * config.width, name="token_query")
        self.token_output = dense(MOVE_COUNT, kernel_initializer=small, name="token_output")
        self.policy_board = dense(config.policy_width, name="policy_board")
        self.policy_ply = dense(config.policy_width, use_bias=False, name="policy_ply")
        both = len(POLICIES) * config.policy_query
        self.origin, self.target = dense(both, name="origin"), dense(both, name="target")
        self.value_hidden = dense(config.policy_width, activation="relu", name="value_hidden")
        self.value_output = dense(len(VALUES), name="value_output")
        half = config.width // config.heads // 2
        self.frequencies = (10000.0 ** (-np.arange(half) / half)).astype("float32")
        self.flat_moves = (MOVE_SQUARES[:, 0].astype("int32") * SQUARES) + MOVE_SQUARES[:, 1]

    def build(self, *_: Any) -> None:
        c = self.config
        ply = (None, None, c.width)
        self.blind = self.add_weight(shape=(c.width,), initializer="zeros", name="blind_embedding")
        self.tower.build((None, SQUARES))
        self.squeeze.build((None, SQUARES, c.channels))
        self.board.build((None, None, SQUARES * c.squeeze))
        self.move_embedding.build((None, None))
        for layer in (*self.plies, self.norm, self.token_query, self.token_output):
            layer.build(ply)
        self.policy_board.build((None, SQUARES, c.channels))
        self.policy_ply.build(ply)
        self.origin.build((None, SQUARES, c.policy_width))
        self.target.build((None, SQUARES, c.policy_width))
        self.value_hidden.build(ply)
        self.value_output.build((None, None, c.policy_width))
        self.built = True

    def call(
        self,
        moves: Tensor,
        codes: Tensor | None,
        positions: Tensor,
        mask: Tensor,
        past: tuple[Tensor, Tensor] | None = None,
    ) -> Outputs:
        batch, length = ops.shape(moves)[0], ops.shape(moves)[1]
        x, features = self.move_embedding(moves), None
        if codes is None:
            x = x + ops.cast(self.blind, self.compute_dtype)
        else:
            flat = ops.reshape(codes, (batch * length, SQUARES))
            features = self.tower(flat, ops.reshape(moves, (batch * length,)))
            board = ops.reshape(self.squeeze(features), (batch, length, -1))
            x = x + self.board(board)
        angles = ops.cast(positions, "float32")[..., None] * self.frequencies
        keys, values = [], []
        for i, block in enumerate(self.plies):
            before = None if past is None else (past[0][:, i], past[1][:, i])
            x, key, value = block(x, mask, angles, before)
            keys.append(key)
            values.append(value)
        x = self.norm(x)
        value = ops.cast(self.value_output(self.value_hidden(x)), "float32")
        return Outputs(self._policy(x, features), value, ops.stack(keys, 1), ops.stack(values, 1))

    def _policy(self, x: Tensor, features: Tensor | None) -> Tensor:
        """Logits [B, T, 2, 2086]: token scores, and with a board origin-target products."""
        c, (batch, length) = self.config, ops.shape(x)[:2]
        query = ops.reshape(self.token_query(x), (batch, length, len(POLICIES), c.width))
        logits = ops.cast(self.token_output(query), "float32")
        if features is None:
            return logits
        flat = ops.reshape(self.policy_ply(x), (batch * length, 1, c.policy_width))
        board = ops.relu(self.policy_board(features) + flat)
        shape = (batch * length, SQUARES, len(POLICIES), c.policy_query)
        origin, target = (ops.reshape(f(board), shape) for f in (self.origin, self.target))
        product = ops.einsum("nfpd,ntpd->npft", origin, target)
        product = ops.reshape(product, (batch * length, len(POLICIES), SQUARES * SQUARES))
        chosen = ops.take(product, ops.convert_to_tensor(self.flat_moves), axis=-1)
        chosen = ops.cast(ops.reshape(chosen, ops.shape(logits)), "float32")
        return logits + chosen * c.policy_query**-0.5
