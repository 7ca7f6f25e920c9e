"""Responses that are broken, refused or too large."""

import unittest
from unittest import mock

from microgpt import Client, ConnectionFailed, InvalidReply, ServiceError, TimedOut, transport
from tests.support import VIEW, CannedTest, respond


class RepliesTest(CannedTest):
    def test_the_key_is_sent(self) -> None:
        client = self.serve(respond(VIEW))
        keyed = Client(client._transport.url, "alice.secret")

        keyed.session("canned")

        self.assertEqual("Bearer alice.secret", self.requests[0]["Authorization"])
        self.assertNotIn("secret", repr(keyed))

    def test_the_address_may_have_a_path_and_the_root_of_the_api(self) -> None:
        root = self.serve(respond(VIEW), respond(VIEW))._transport.url

        Client(root + "/proxied/").session("canned")
        Client(root + "/api/v1").session("canned")

        paths = [request["path"] for request in self.requests]
        self.assertEqual(["/proxied/api/v1/sessions/canned", "/api/v1/sessions/canned"], paths)

    def test_a_redirect_is_not_followed(self) -> None:
        client = self.serve(respond("", 302, Location="http://127.0.0.1:1/"))

        with self.assertRaises(ServiceError) as raised:
            client.session("canned")
        self.assertEqual(302, raised.exception.status)

    def test_an_error_that_is_no_problem_is_named_by_its_status(self) -> None:
        client = self.serve(respond("<html>Bad gateway</html>", 502, Retry_After="soon"))

        with self.assertRaisesRegex(ServiceError, "HTTP status 502"):
            client.session("canned")

    def test_a_reply_that_is_cut_off(self) -> None:
        client = self.serve(respond(VIEW, Content_Length="1000"))

        with self.assertRaises(ConnectionFailed):
            client.session("canned")

    def test_a_reply_that_is_not_json(self) -> None:
        client = self.serve(respond("hello"))

        with self.assertRaises(InvalidReply):
            client.session("canned")

    def test_a_reply_that_is_too_large(self) -> None:
        client = self.serve(respond(VIEW))

        with mock.patch.object(transport.Reply.read, "__defaults__", (10,)), self.assertRaises(InvalidReply):
            client.session("canned")

    def test_a_line_that_is_too_large(self) -> None:
        client = self.serve(respond(VIEW), respond("x" * 100))
        session = client.session("canned")

        with mock.patch.object(transport, "MAX_BYTES", 10), self.assertRaises(InvalidReply):
            next(session.generate())

    def test_a_stream_of_texts_that_is_cut_off(self) -> None:
        client = self.serve(respond(VIEW), respond('{"text": "emma"}\n{"text": "bo'))
        stream = client.session("canned").generate(2)

        self.assertEqual("emma", next(stream)["text"])
        with self.assertRaises(ConnectionFailed):
            next(stream)
        self.assertIsNone(stream.summary)

    def test_a_stream_of_texts_that_fails(self) -> None:
        problem = '{"error": {"status": 409, "code": "wrong_state", "detail": "the session was replaced"}}\n'
        client = self.serve(respond(VIEW), respond(problem))

        with self.assertRaisesRegex(ServiceError, "the session was replaced"):
            next(client.session("canned").generate(2))

    def test_a_service_that_does_not_respond(self) -> None:
        client = self.serve(lambda handler: handler.rfile.read(1))
        hurried = Client(client._transport.url, timeout=0.05)

        with self.assertRaises(TimedOut):
            hurried.session("canned")

    def test_waiting_overlooks_a_lost_connection(self) -> None:
        run = '{"id": 1, "state": "%s", "steps": 5, "stepsDone": 5%s}'
        client = self.serve(
            respond(VIEW),
            respond(run % ("running", ""), 202),
            respond("", 503, Retry_After="0"),
            respond(run % ("succeeded", ', "endedAt": "2026-01-01T00:00:00Z"')),
        )

        self.assertEqual("succeeded", client.session("canned").start_run(5).wait().state)


class AddressTest(unittest.TestCase):
    def test_what_is_no_address_is_refused(self) -> None:
        for url in ("localhost:8080", "ftp://localhost", "http://", "http://me:secret@localhost", "http://a/?b=c"):
            with self.subTest(url), self.assertRaisesRegex(ValueError, "url"):
                Client(url)

    def test_what_is_no_key_or_timeout_is_refused(self) -> None:
        for arguments in ({"key": "a\nb"}, {"key": "ä"}, {"timeout": 0}):
            with self.subTest(arguments), self.assertRaises(ValueError):
                Client("http://localhost", **arguments)

    def test_a_name_that_leads_elsewhere_is_refused(self) -> None:
        for name in ("", ".", ".."):
            with self.subTest(name), self.assertRaisesRegex(ValueError, "name"):
                Client("http://127.0.0.1:1").session(name)

    def test_nobody_listens(self) -> None:
        with self.assertRaisesRegex(ConnectionFailed, "127.0.0.1:1"):
            Client("http://127.0.0.1:1").limits()
