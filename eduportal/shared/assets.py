"""Style sheets, scripts and fonts: small on the wire, kept by browsers until they change."""

import functools
import gzip
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

TEXTS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def serve_well(app: Flask) -> None:
    """Compress our own text files, and give each file an address that changes with it.

    Pages are not compressed: their secrets must not show in their length (BREACH).
    """
    app.url_defaults(functools.partial(_name_version, Path(str(app.static_folder))))
    app.after_request(_compress)


def _name_version(folder: Path, endpoint: str, values: dict[str, Any]) -> None:
    # A changed file gets another address, so that nobody sees new pages in old clothes.
    if endpoint == "static" and "v" not in values:
        values["v"] = _version(folder / values["filename"])


@functools.cache
def _version(path: Path) -> str | None:
    return format(int(path.stat().st_mtime), "x") if path.is_file() else None


def _compress(response: Response) -> Response:
    if request.endpoint != "static" or response.mimetype not in TEXTS:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.accept_encodings.quality("gzip") > 0:
        response.direct_passthrough = False
        response.set_data(_gzipped(response.get_data()))
        response.content_encoding = "gzip"
    return response


@functools.lru_cache(maxsize=64)
def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)
