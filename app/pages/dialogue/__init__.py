"""The dialogue page: a chat with a small model, its context, replies to choose from, and two models
that talk to each other."""

from typing import Final

from app.web.texts import say_of

PAGE: Final = "dialogue"
#: A text of this page, in the visitor's language.
say = say_of(PAGE)
