"""How the application is started: options of app.py and the environment that gradio knows."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.models.catalogue import CATALOGUE

DEFAULT_PORT: Final = 7860


@dataclass(frozen=True)
class Settings:
    """What the command line and the environment decide.

    Attributes:
        host: address to listen on.
        port: port to listen on.
        share: whether to open gradio's public tunnel.
        models: a folder whose NAME/ replaces the catalogue's location of model NAME.
        preload: names of the models to load at once; None for all that are here.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    share: bool = False
    models: Path | None = None
    preload: tuple[str, ...] | None = None


def parse(
    arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """The settings; an option wins over the environment. Exits with status 2 on a bad one."""
    parser = argparse.ArgumentParser(
        prog="python app.py", description="Demos of Chinese language models, in a browser."
    )
    parser.add_argument(
        "--host",
        default=environment.get("GRADIO_SERVER_NAME") or Settings.host,
        help="address to listen on; 0.0.0.0 for every network (%(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=environment.get("GRADIO_SERVER_PORT") or Settings.port,
        help="port to listen on (%(default)s)",
    )
    parser.add_argument("--share", action="store_true", help="open a public link through gradio")
    parser.add_argument(
        "--models",
        type=_folder,
        metavar="FOLDER",
        help="a folder whose NAME/ is used instead of the bundled model NAME",
    )
    parser.add_argument(
        "--preload",
        type=_names,
        metavar="NAMES",
        help="models to load at the start, as a,b,c, or none (default: all that are here)",
    )
    return Settings(**vars(parser.parse_args(arguments)))


def _port(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 65535:
        raise argparse.ArgumentTypeError(f"not a port: {word!r}")
    return int(word)


def _folder(word: str) -> Path:
    folder = Path(word).expanduser()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"not a folder: {word!r}")
    return folder


def _names(word: str) -> tuple[str, ...]:
    if word == "none":
        return ()
    names = tuple(name.strip() for name in word.split(","))
    known = {spec.name for spec in CATALOGUE}
    if not known.issuperset(names):
        raise argparse.ArgumentTypeError(f"{word!r}; there are: {', '.join(sorted(known))}")
    return names
