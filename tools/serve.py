"""Serve a folder to this machine only: `python tools/serve.py _build/html 8000`."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """A server that takes no port from another: on Windows, reusing an address means to share it."""

    allow_reuse_address = sys.platform != "win32"


def open_server(folder: str, port: int) -> ThreadingHTTPServer:
    """Return a server for `folder` on 127.0.0.1, at `port` or, where that is taken, at a free one."""
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    try:
        return Server(("127.0.0.1", port), handler)
    except OSError:
        print(f"Port {port} is taken; using another one.")
        return Server(("127.0.0.1", 0), handler)


def main() -> None:
    """Serve the folder and port of the command line until Ctrl+C."""
    folder, port = sys.argv[1:]
    with open_server(folder, int(port)) as server:
        print(f"The book is at http://127.0.0.1:{server.server_port}/ (Ctrl+C stops)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
