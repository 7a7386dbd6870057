"""Both ways in which a book is read: from a server, and from files."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def served(folder):
    """Serve the pages in `folder`; give their address by the way they are read, "http" and "file"."""
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield {"http": f"http://127.0.0.1:{server.server_port}/", "file": folder.resolve().as_uri() + "/"}
        server.shutdown()
        thread.join()
