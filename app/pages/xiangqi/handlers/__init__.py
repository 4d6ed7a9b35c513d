"""What happens on the page: a game is played (game), and all around it (setup)."""

from app.pages.xiangqi.handlers.game import Game
from app.pages.xiangqi.handlers.setup import Setup


class Handlers(Game, Setup):
    """All of them, for one model."""
