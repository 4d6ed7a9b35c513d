"""The word2vec page: an explorer of word vectors that also trains, measures and explains."""

from typing import Final

from app.web.texts import say_of

PAGE: Final = "word2vec"
#: A text of this page, in the visitor's language.
say = say_of(PAGE)
