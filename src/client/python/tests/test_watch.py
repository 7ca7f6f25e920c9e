"""The live stream, from the real service and from one that loses connections."""

from microgpt import ConnectionFailed, ServiceError
from tests.support import VIEW, CannedTest, ServiceTest, respond


def event(last: int) -> str:
    return f'id: {last}\nevent: frame\ndata: {{"type": "frame", "toStep": {last}}}\n\n'


DELETED = "event: deleted\ndata: {}\n\n"


class LiveTest(ServiceTest):
    def test_has_every_loss_from_the_first_step_on(self) -> None:
        session = self.session("py-watch")
        frames = session.watch(from_step=1, viz="last")
        session.start_run(200, steps_per_second=200)

        losses, trace = [], None
        for frame in frames:
            losses += frame["losses"]
            trace = frame.get("trace", trace)
            if len(losses) == 200:
                break
        frames.close()

        self.assertEqual(session.losses(), losses)
        self.assertIn("vizData", trace)

    def test_ends_when_the_session_is_deleted(self) -> None:
        session = self.client.init("py-watch-deleted", text="ab\nba", overwrite=True)
        session.step(3)
        frames = session.watch(from_step=1)
        self.assertEqual(3, next(frames)["toStep"])
        session.delete()

        self.assertEqual([], list(frames))


class ResumeTest(CannedTest):
    def test_continues_behind_the_last_complete_frame(self) -> None:
        client = self.serve(
            respond(VIEW),
            respond(VIEW),
            respond(": watching\n\n" + event(8) + event(9) + "id: 10\ndata: {"),
            respond("", 503, Retry_After="0"),
            respond(event(12) + DELETED),
        )

        frames = list(client.session("canned").watch())

        self.assertEqual([8, 9, 12], [frame["toStep"] for frame in frames])
        self.assertIn("fromStep=8", self.requests[2]["path"])
        self.assertNotIn("Last-Event-ID", self.requests[2])
        self.assertEqual("9", self.requests[4]["Last-Event-ID"])

    def test_gives_up_after_a_number_of_failures_in_a_row(self) -> None:
        lost = respond("", 429, Retry_After="0")
        client = self.serve(respond(VIEW), lost, respond(event(1)), lost, lost)

        frames = client.session("canned").watch(from_step=1, retries=2)

        self.assertEqual(1, next(frames)["toStep"])
        with self.assertRaises(ServiceError) as raised:
            next(frames)
        self.assertEqual((429, 0), (raised.exception.status, raised.exception.retry_after))
        self.assertEqual(5, len(self.requests))

    def test_a_permanent_error_is_raised_at_once(self) -> None:
        client = self.serve(respond(VIEW), respond('{"status": 404, "code": "not_found"}', 404))

        with self.assertRaises(ServiceError):
            next(client.session("canned").watch(from_step=1))
        self.assertEqual(2, len(self.requests))

    def test_no_retries_means_one_connection(self) -> None:
        client = self.serve(respond(VIEW), respond(event(1)))
        frames = client.session("canned").watch(from_step=1, retries=0)
        next(frames)

        with self.assertRaises(ConnectionFailed):
            next(frames)
