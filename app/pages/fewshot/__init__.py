"""The few-shot page: a task is shown by examples, and a language model goes on with it."""

from typing import Final

from app.web.texts import say_of

PAGE: Final = "fewshot"
#: A text of this page, in the visitor's language.
say = say_of(PAGE)
