"""Names of app.web.saved for pages that are not converted yet; goes with the last of them."""

from app.web.inputs import SavedError as ShareError
from app.web.saved import MAX_CHARS as MAX_CHARS
from app.web.saved import State as State
from app.web.saved import Value as Value
from app.web.saved import decode as decode
from app.web.saved import encode as encode
from app.web.saved import from_request as from_request
from app.web.saved import query as query

__all__ = [
    "MAX_CHARS",
    "ShareError",
    "State",
    "Value",
    "decode",
    "encode",
    "from_request",
    "query",
]
