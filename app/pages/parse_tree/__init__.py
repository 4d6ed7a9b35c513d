"""The parse-tree page: a language model that was never told of syntax draws it all the same."""

from typing import Final

from app.web.texts import say_of

PAGE: Final = "parse_tree"
#: A text of this page, in the visitor's language.
say = say_of(PAGE)
