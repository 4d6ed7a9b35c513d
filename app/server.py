"""Start the application and keep it running."""

import logging
import sys
from collections.abc import Sequence

from app.settings import parse
from app.shell import build, launch_options
from engine.models.registry import Models

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Show the page, then load the models in the background, until the process is stopped."""
    settings = parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    models = Models(folder=settings.models)
    demo = build(models)
    try:
        demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    except OSError as error:
        sys.exit(f"{settings.host}:{settings.port} cannot be listened on: {error}")
    logger.info("the page is at %s", demo.share_url or demo.local_url)
    models.preload(settings.preload)
    demo.block_thread()
