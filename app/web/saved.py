"""What a browser keeps of a page for a reload, and what a share link holds: one way for all pages.

    SAVED = Saved("story", kept=Format(Page), link=Format(Link), too_long="story.error.too_long")

A link is ?PAGE=base64url(compact JSON): a flat mapping of short values. There is no compression, so
what is decoded is never larger than the link, and nothing is kept on the server: a link works as
long as the page does.

Both carry the version of their format. What carries none is version 1; whoever changes a format
adds a migration, so that old links and pages open forever.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import gradio as gr
from gradio.components import Component

from app.web.events import QUICK, QUIET, SLOW, root
from app.web.inputs import Model, SavedError
from app.web.limits import Refusal
from app.web.texts import Language, label, language, text

#: Characters of the encoded state; servers and messengers commonly cut addresses at 8,192.
MAX_CHARS: Final = 6_000
VERSION: Final = "version"

Value = str | int | float | bool | None
State = dict[str, Value]
Migration = Callable[[dict[str, Any]], dict[str, Any]]
Kept = TypeVar("Kept", bound=Model)
Linked = TypeVar("Linked", bound=Model)
Stored = TypeVar("Stored", bound=Model)

#: The address is known to the browser alone, which may have come through a proxy.
_ABSOLUTE: Final = "query => query && location.origin + location.pathname + query"
#: Nothing is kept before the page was opened: its empty fields would replace what is there.
_SAVE: Final = """(...values) => {
  const opened = (window.openedPages ??= new Set());
  OPENED
  if (!opened.has(PAGE)) return values[values.length - 1];
  const names = NAMES;
  const page = Object.fromEntries(names.map((name, index) => [name, values[index]]));
  return { ...page, version: VERSION };
}"""


class TooLongError(SavedError):
    """A state that does not fit into a link."""


@dataclass(frozen=True)
class Format(Generic[Stored]):
    """How a model is written down.

    Attributes:
        migrations: the first makes version 2 of version 1, and so on.
    """

    model: type[Stored]
    migrations: tuple[Migration, ...] = ()

    @property
    def version(self) -> int:
        """Of what is written now."""
        return 1 + len(self.migrations)

    def dump(self, value: Stored) -> dict[str, Any]:
        """Plain values: the version, and what differs from the model's defaults."""
        return {**value.model_dump(mode="json", exclude_defaults=True), VERSION: self.version}

    def load(self, value: object) -> Stored:
        """What ``dump`` wrote, now or in an older version. Raises SavedError."""
        if not isinstance(value, Mapping):
            raise SavedError("not an object")
        found = dict(value)
        version = found.pop(VERSION, 1)
        if type(version) is not int or not 1 <= version <= self.version:
            raise SavedError("of no version that there is")
        try:
            for migrate in self.migrations[version - 1 :]:
                found = migrate(found)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise SavedError(str(error)) from error
        return self.model.restore(found)


@dataclass(frozen=True)
class ShareLink:
    """The button that makes a share link, and the field that shows it."""

    button: gr.Button
    box: gr.Textbox

    def connect(self, shared: Callable[..., gr.Textbox], inputs: Sequence[Component]) -> None:
        """Let the button show a link.

        Args:
            shared: returns what ``Saved.link_box`` makes.
            inputs: whose values it is called with.
        """
        # In the queue: a refusal that came past it would be a notice without words.
        made: Any = self.button.click(shared, [*inputs], [self.box], **SLOW)
        made.success(None, [self.box], [self.box], js=_ABSOLUTE)


@dataclass(frozen=True)
class Saved(Generic[Kept, Linked]):
    """What is kept and linked of one page.

    Attributes:
        page: its ID, and the name in the address.
        bad_link, bad_kept, too_long: keys of what is said where a link or a kept page cannot be
            opened, and where a page does not fit into a link; without bad_kept nothing is said.
    """

    page: str
    kept: Format[Kept]
    link: Format[Linked]
    too_long: str
    bad_link: str = "limits.bad_link"
    bad_kept: str | None = None

    def state(self) -> gr.BrowserState:
        """The browser's storage; to be placed outside the tabs."""
        return gr.BrowserState(storage_key=self.page, secret=self.page)

    # Opening

    def linked(self, request: gr.Request | None) -> Linked | None:
        """What the address holds; None if it holds nothing. Raises SavedError."""
        shared = from_request(self.page, request)
        return None if shared is None else self.link.load(shared)

    def restored(self, kept: object) -> Kept | None:
        """What the browser kept; None if it kept nothing. Raises SavedError."""
        return None if kept is None else self.kept.load(kept)

    def opened(self, kept: object, request: gr.Request) -> tuple[Linked | None, Kept | None]:
        """What the address holds, else what the browser kept, at most one of the two; what cannot
        be opened counts as nothing."""
        with suppress(SavedError):
            link = self.linked(request)
            if link is not None:
                return link, None
        with suppress(SavedError):
            return None, self.restored(kept)
        return None, None

    def warn(self, kept: object, request: gr.Request) -> None:
        """Tell a visitor of a link or a kept page that could not be opened: an event of its own,
        since gradio shows no notice of one that comes past the queue, as the opening does."""
        lang = language(request)
        try:
            if self.linked(request) is not None:
                return
        except SavedError:
            gr.Warning(text(self.bad_link, lang))
        try:
            self.restored(kept)
        except SavedError:
            if self.bad_kept is not None:
                gr.Warning(text(self.bad_kept, lang))

    def connect(
        self,
        browser: gr.BrowserState,
        fields: Sequence[Component],
        opened: Callable[..., Any],
        outputs: Sequence[Component] | None = None,
        inputs: Sequence[Component] = (),
    ) -> Any:
        """Fill the page when it is opened, and keep it as it is filled in.

        Args:
            browser: what ``state`` made.
            fields: the components of the kept model, in its order.
            opened: called with what the browser kept and the values of inputs; returns those of
                the outputs. It has to leave the fields as they are served (gr.skip()) where there
                is nothing to open: what a visitor has typed before this answer comes is not lost.
                It comes past the queue, so it must not take long or refuse.
            outputs: the fields if None.

        Returns the last event, to go on from.
        """
        root().load(self.warn, [browser], None, **SLOW)
        keep: dict[str, Any] = {"inputs": [*fields, browser], "outputs": [browser]}
        shown = fields if outputs is None else outputs
        begun = root().load(opened, [browser, *inputs], [*shown], **QUICK)
        ready = begun.then(None, **keep, js=self._script(opened=True), show_progress="hidden")
        changes: list[Any] = [one.change for one in fields if hasattr(one, "change")]
        gr.on(changes, None, **keep, js=self._script(), **QUIET)
        return ready

    def _script(self, *, opened: bool = False) -> str:
        page = json.dumps(self.page)
        return (
            _SAVE.replace("OPENED", f"opened.add({page});" if opened else "")
            .replace("NAMES", json.dumps(self.kept.model.names()))
            .replace("PAGE", page)
            .replace("VERSION", str(self.kept.version))
        )

    # Sharing

    def link_box(self, value: Linked, lang: Language, **facts: object) -> gr.Textbox:
        """The field with a link to a page. Raises Refusal where it is too long.

        Args:
            facts: fields of the text ``too_long``.
        """
        try:
            return gr.Textbox(query(self.page, self.link.dump(value)), visible=True)
        except TooLongError:
            raise Refusal(text(self.too_long, lang, **facts)) from None

    def share_link(self, ids: str) -> ShareLink:
        """Place the button and the field.

        Args:
            ids: the beginning of the components' ids.
        """
        return share_link(self.page, ids)


def share_link(page: str, ids: str) -> ShareLink:
    """Place them; page is whose texts "share" and "link" they show."""
    button = gr.Button(label(f"{page}.share"), size="sm", elem_id=f"{ids}-share")
    box = gr.Textbox(
        label=label(f"{page}.link"),
        buttons=["copy"],
        interactive=False,
        visible=False,
        max_lines=4,
        elem_id=f"{ids}-link",
    )
    return ShareLink(button, box)


def encode(state: Mapping[str, Value]) -> str:
    """The state as base64url without padding. Raises TooLongError."""
    compact = json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    encoded = base64.urlsafe_b64encode(compact.encode()).rstrip(b"=").decode()
    if len(encoded) > MAX_CHARS:
        raise TooLongError(f"{len(encoded)} characters; a link holds {MAX_CHARS}")
    return encoded


def decode(encoded: str) -> State:
    """The state in the value of a query parameter.

    Only the form is checked (base64url, UTF-8, a flat JSON object): what the values mean is
    the page's to check, since anybody can write a link. Raises SavedError.
    """
    if len(encoded) > MAX_CHARS:
        raise TooLongError(f"{len(encoded)} characters; a link holds {MAX_CHARS}")
    try:
        padded = encoded.encode("ascii") + b"=" * (-len(encoded) % 4)
        compact = base64.b64decode(padded, altchars=b"-_", validate=True)
        state = json.loads(compact, parse_constant=_refuse_constant)
        # JSON can write half of a character that UTF-16 has two codes for; no answer can.
        json.dumps(state, ensure_ascii=False).encode()
    except (binascii.Error, ValueError, RecursionError) as error:
        raise SavedError(f"not a share link: {encoded[:40]!r}") from error
    if not isinstance(state, dict) or not all(map(_is_value, state.values())):
        raise SavedError(f"not a flat object: {encoded[:40]!r}")
    return state


def query(page: str, state: Mapping[str, Value]) -> str:
    """The query string that reopens a page: "?xiangqi=eyJm..."; the browser adds the rest."""
    return f"?{page}={encode(state)}"


def from_request(page: str, request: gr.Request | None) -> State | None:
    """The state for a page in the address that was opened; None if it holds none.

    Raises SavedError.
    """
    if request is None:
        return None
    encoded = request.query_params.get(page)
    return None if encoded is None else decode(str(encoded))


def _refuse_constant(name: str) -> None:
    # Python reads NaN and Infinity, which JSON does not have.
    raise ValueError(name)


def _is_value(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)
