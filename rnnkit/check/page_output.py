"""What a learner's code prints in the page: sent in pieces, and never more than the page can show."""

import io
import time

LIMIT = 20_000  # characters of one run
PIECE = 2_000
SECONDS = 0.1  # between two pieces of a program that prints slowly
LEFT_OUT = f"\n… Your code printed more than {LIMIT} characters; the rest of them is left out.\n"


class Output(io.TextIOBase):
    """A text stream that hands what is written to `send`, until LIMIT characters are reached."""

    def __init__(self, send):
        self._send, self._waiting, self._count, self._sent_at = send, [], 0, time.monotonic()
        self._left = LIMIT

    def writable(self):
        """Say yes."""
        return True

    def write(self, text):
        """Take `text`; it is sent when enough has come, or when enough time has passed."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._waiting.append(text[: self._left])
        self._count += min(len(text), self._left)
        self._left -= min(len(text), self._left + 1)
        if self._left < 0:
            self._waiting.append(LEFT_OUT)
            self.write = len  # a million more prints cost as little as they can
        if self._left < 0 or self._count >= PIECE or time.monotonic() - self._sent_at > SECONDS:
            self.flush()
        return len(text)

    def flush(self):
        """Send what waits, in pieces."""
        # A lone surrogate has no place in the messages of a page.
        text = "".join(self._waiting).encode("utf-8", "backslashreplace").decode("utf-8")
        self._waiting, self._count, self._sent_at = [], 0, time.monotonic()
        for start in range(0, len(text), PIECE):
            self._send(text[start : start + PIECE])

    def __exit__(self, *_):
        self.flush()
