"""What several tests use: a session on the real service, and a server with canned responses."""

import os
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Dict, List

from microgpt import Client, Session

NAMES = "alice\nbob\ncharlie\ndavid\nemma\nfrank"
TIMEOUT = 30.0  # seconds


@unittest.skipUnless(os.environ.get("MICROGPT_URL"), "MICROGPT_URL is not set")
class ServiceTest(unittest.TestCase):
    """A test with a client of the real service."""

    def setUp(self) -> None:
        self.client = Client(timeout=TIMEOUT)

    def session(self, name: str, steps: int = 0, **options: object) -> Session:
        """Create a session of six names, which is deleted after the test."""
        session = self.client.init(name, text=NAMES, overwrite=True, **options)
        self.addCleanup(session.delete)
        if steps:
            session.step(steps)
        return session


class CannedTest(unittest.TestCase):
    """A test with a client of a server that answers the n-th request with the n-th response."""

    def serve(self, *responses: Callable[[BaseHTTPRequestHandler], None]) -> Client:
        """Start the server. The headers of each request are appended to `requests`."""
        self.requests: List[Dict[str, str]] = []
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                number = len(requests)
                requests.append({"path": self.path, **self.headers})
                responses[number](self)
                self.close_connection = True

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join, TIMEOUT)
        self.addCleanup(server.shutdown)
        return Client(f"http://127.0.0.1:{server.server_address[1]}", timeout=TIMEOUT)


def respond(body: str, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return a response that ends with its connection, unless it has a `Content_Length`."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return send


VIEW = '{"name": "canned", "state": "ready", "step": 7, "options": {}}'
