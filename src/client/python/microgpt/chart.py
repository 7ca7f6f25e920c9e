"""The loss curve as SVG, readable on light and dark pages."""

from html import escape
from typing import Any, Callable, Dict, List, Optional, Tuple

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 34, 24
BLUE, ORANGE = "#3b82f6", "#f97316"  # readable on white and on black

Point = Tuple[float, float]


def loss_chart(view: Dict[str, Any], buckets: List[Dict[str, Any]], validation: List[Dict[str, Any]]) -> str:
    """Draw the losses of a session.

    Args:
        view: of the session: `name`, `step`, `state`
        buckets: training losses, as `GET losses?maxPoints=` returns them
        validation: validation losses `{step, loss}`
    """
    title = f"{view['name']}: {view['state']}, step {view['step']:,}"
    training = [((bucket["from"] + bucket["to"]) / 2, bucket["mean"]) for bucket in buckets]
    held_out = [(float(point["step"]), point["loss"]) for point in validation]
    if training:
        title += f", loss {training[-1][1]:.4f}"
    if held_out:
        title += f", validation {held_out[-1][1]:.4f}"
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'style="max-width: 100%; height: auto" font-family="sans-serif" font-size="12" fill="currentColor">'
        f'<title>{escape(title)}</title><text x="{LEFT}" y="18" font-size="14">{escape(title)}</text>'
    )
    if training:
        text += _plot(buckets, training, held_out)
    return text + "</svg>"


def _plot(buckets: List[Dict[str, Any]], training: List[Point], held_out: List[Point]) -> str:
    losses = [bucket[bound] for bucket in buckets for bound in ("min", "max")] + [loss for _, loss in held_out]
    low, high = min(losses), max(losses)
    last = max(buckets[-1]["to"], held_out[-1][0] if held_out else 0)

    def place(point: Point) -> str:
        x = LEFT + point[0] / last * (WIDTH - LEFT - RIGHT)
        y = TOP + (high - point[1]) / ((high - low) or 1) * (HEIGHT - TOP - BOTTOM)
        return f"{x:.1f},{y:.1f}"

    middles = [step for step, _ in training]
    band = [(step, bucket["max"]) for step, bucket in zip(middles, buckets)]
    band += [(step, bucket["min"]) for step, bucket in reversed(list(zip(middles, buckets)))]
    bottom = HEIGHT - BOTTOM
    return (
        f'<polygon points="{_points(band, place)}" fill="{BLUE}" fill-opacity="0.2"/>'
        + _line(training, place, BLUE)
        + _line(held_out, place, ORANGE)
        + f'<path d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
        + _label(LEFT - 6, TOP + 8, f"{high:.2f}")
        + _label(LEFT - 6, bottom, f"{low:.2f}")
        + _label(WIDTH - RIGHT, HEIGHT - 6, f"step {last:,.0f}")
        + _label(WIDTH - RIGHT, TOP + 8, "training", BLUE)
        + (_label(WIDTH - RIGHT, TOP + 24, "validation", ORANGE) if held_out else "")
    )


def _points(points: List[Point], place: Callable[[Point], str]) -> str:
    return " ".join(map(place, points))


def _line(points: List[Point], place: Callable[[Point], str], colour: str) -> str:
    if not points:
        return ""
    return f'<polyline points="{_points(points, place)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _label(x: float, y: float, text: str, colour: Optional[str] = None) -> str:
    fill = f' fill="{colour}"' if colour else ""
    return f'<text x="{x}" y="{y}" text-anchor="end"{fill}>{escape(text)}</text>'
