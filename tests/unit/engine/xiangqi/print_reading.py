"""What a model folder says of a game, as JSON: run by test_model in other backends."""

import json
import sys
from pathlib import Path

from engine.xiangqi.board import Board
from engine.xiangqi.play.network import Network

folder, *moves = sys.argv[1:]
network = Network.load(Path(folder))
board = Board()
for move in moves:
    board.push_uci(move)
reading = network.read(board)
recited = network.read(board, sees_board=False)
answer = {
    "policy": reading.policy.tolist(),
    "value": reading.value.tolist(),
    "recited": recited.policy.tolist(),
    "evaluated": network.evaluate([board])[0].tolist(),
}
print(json.dumps(answer))
