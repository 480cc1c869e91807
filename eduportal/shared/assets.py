"""Style sheets, scripts and fonts: small on the wire, kept by browsers until they change."""

import functools
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress


def serve_well(app: Flask) -> None:
    """Compress our own files; never pages, whose secrets must not show in their length (BREACH)."""
    app.config["COMPRESS_MIMETYPES"] = ["text/css", "text/javascript", "image/svg+xml"]
    kept: dict[str, bytes] = {}
    app.config["COMPRESS_CACHE_BACKEND"] = lambda: kept
    app.config["COMPRESS_CACHE_KEY"] = lambda request: request.full_path
    Compress(app)
    app.url_defaults(functools.partial(_name_version, Path(str(app.static_folder))))


def _name_version(folder: Path, endpoint: str, values: dict[str, Any]) -> None:
    # A changed file gets another address, so that nobody sees new pages in old clothes.
    if endpoint == "static" and "v" not in values:
        values["v"] = _version(folder / values["filename"])


@functools.cache
def _version(path: Path) -> str | None:
    return format(int(path.stat().st_mtime), "x") if path.is_file() else None
