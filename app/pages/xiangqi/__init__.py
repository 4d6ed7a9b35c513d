"""The xiangqi page: a language model of moves plays, and the server is the judge."""

from typing import Final

from app.web.texts import say_of

PAGE: Final = "xiangqi"
#: A text of this page, in the visitor's language.
say = say_of(PAGE)
