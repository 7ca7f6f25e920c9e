"""The loss curve."""

import unittest
from xml.etree import ElementTree

from microgpt.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, loss_chart

SVG = "{http://www.w3.org/2000/svg}"


def bucket(first: int, last: int, low: float, mean: float, high: float) -> dict:
    return {"from": first, "to": last, "min": low, "mean": mean, "max": high}


class ChartTest(unittest.TestCase):
    view = {"name": "a<b", "state": "ready", "step": 20}

    def test_has_a_title_with_the_newest_losses(self) -> None:
        chart = loss_chart(self.view, [bucket(1, 10, 1, 2, 3), bucket(11, 20, 1, 1.5, 2)], [{"step": 0, "loss": 2.5}])

        titles = [element.text for element in ElementTree.fromstring(chart).iter(SVG + "title")]
        self.assertEqual(["a<b: ready, step 20, loss 1.5000, validation 2.5000"], titles)

    def test_points_lie_at_their_steps_and_losses(self) -> None:
        chart = loss_chart(self.view, [bucket(1, 10, 1, 1, 3), bucket(11, 20, 1, 4, 4)], [{"step": 20, "loss": 4}])

        lines = [line.get("points").split() for line in ElementTree.fromstring(chart).iter(SVG + "polyline")]
        (first, second), (validation,) = [[tuple(map(float, point.split(","))) for point in line] for line in lines]
        self.assertEqual((WIDTH - RIGHT, TOP), validation)
        self.assertEqual((HEIGHT - BOTTOM, TOP), (first[1], second[1]))
        self.assertEqual((WIDTH - LEFT - RIGHT) / 2, second[0] - first[0])

    def test_no_steps_and_equal_losses_are_drawn(self) -> None:
        ElementTree.fromstring(loss_chart({**self.view, "step": 0}, [], []))
        ElementTree.fromstring(loss_chart(self.view, [bucket(1, 1, 2, 2, 2)], []))
        ElementTree.fromstring(loss_chart({**self.view, "step": 0}, [], [{"step": 0, "loss": 3}]))
