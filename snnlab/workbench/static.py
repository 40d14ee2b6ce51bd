"""Files that pages load: compressed once for all visitors, and kept by their browsers."""

import gzip
from functools import lru_cache
from pathlib import Path

from tornado.web import StaticFileHandler

KINDS = (".js", ".css", ".svg", ".json")
DAY = 86_400  # s


@lru_cache(maxsize=256)
def packed(path: str, modified: float) -> bytes:
    """A file as it is sent to browsers that take it compressed."""
    return gzip.compress(Path(path).read_bytes(), 9)


def serve_compressed() -> None:
    """Let all servers of this process send their files compressed, and let browsers keep those of the libraries.

    Tornado's own compression would do so anew for every visitor, which takes as long as building a page.
    """
    plain_headers, plain_size = StaticFileHandler.set_extra_headers, StaticFileHandler.get_content_size
    plain_time = StaticFileHandler.get_cache_time

    def set_extra_headers(self, path: str) -> None:
        plain_headers(self, path)
        if self.absolute_path.endswith(KINDS):
            self.set_header("Vary", "Accept-Encoding")
            if "gzip" in self.request.headers.get("Accept-Encoding", ""):
                data = packed(self.absolute_path, self.modified.timestamp())
                self.set_header("Content-Encoding", "gzip")
                self.get_content = lambda path, start=None, end=None: data[start:end]

    def get_content_size(self) -> int:
        return len(self.get_content("")) if "get_content" in vars(self) else plain_size(self)

    def get_cache_time(self, path: str, *more) -> int:
        return max(DAY if "/bundled/" in self.request.path else 0, plain_time(self, path, *more))

    for method in (set_extra_headers, get_content_size, get_cache_time):
        setattr(StaticFileHandler, method.__name__, method)
