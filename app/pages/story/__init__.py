"""The story page: a manuscript, a model that writes on, and everything that was tried."""

from typing import Final

from app.web.texts import say_of

PAGE: Final = "story"
#: A text of this page, in the visitor's language.
say = say_of(PAGE)
