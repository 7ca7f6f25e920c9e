"""A session: a model on the service, with its documents and its history."""

import base64
import hashlib
import os
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Union
from urllib.parse import quote

from .chart import loss_chart
from .errors import InvalidReply, MicrogptError
from .run import Run
from .texts import TextStream, open_texts
from .transport import Transport, camel_case
from .watch import watch

Json = Dict[str, Any]

#: A step, or `"best"` for that of the lowest validation loss. The newest keyframe up to it is used.
Step = Union[int, str]

CHART_POINTS = 300
SCORE_BATCH = 1000  # texts of one call


def session_path(name: str) -> str:
    """Return the path of a session.

    Raises:
        ValueError: if the name would lead to another path
    """
    if name in ("", ".", ".."):
        raise ValueError(f"name must be 1 to 63 characters a-z, 0-9 and -, but is {name!r}")
    return f"/sessions/{quote(name, safe='')}"


class Session:
    """A session of a client. `view` is its last known state, as the API shows it.

    Methods raise `ServiceError` if the service refuses a request, and `ConnectionFailed` if it does not respond.
    """

    def __init__(self, transport: Transport, view: Json) -> None:
        self._transport = transport
        self.name: str = view["name"]
        self._path = session_path(self.name)
        self.view = view

    @property
    def state(self) -> str:
        """`created`, `ready`, `training`, `paused` or `failed`."""
        return str(self.view["state"])

    @property
    def steps_done(self) -> int:
        """Steps that the model has been trained for."""
        return int(self.view["step"])

    @property
    def options(self) -> Json:
        """The options, without those that have their defaults."""
        return dict(self.view["options"])

    def refresh(self) -> "Session":
        """Fetch the present state."""
        self.view = self._call("GET", "")
        return self

    def _call(
        self,
        method: str,
        path: str,
        body: Optional[Json] = None,
        query: Optional[Json] = None,
        timeout: Optional[float] = None,
    ) -> Json:
        reply: Json = self._transport.call(method, self._path + path, body, query, timeout)
        return reply

    # Training

    def load(self, *, text: Optional[str] = None, dataset: Optional[str] = None, overwrite: bool = False) -> "Session":
        """Load documents: `text`, one a line, or a bundled `dataset`.

        Args:
            overwrite: load although the session has trained
        """
        self.view = self._call(
            "POST", "/load", camel_case({"text": text, "dataset": dataset}), {"overwrite": overwrite}
        )
        return self

    def step(self, count: int = 1, *, viz: str = "none", timeout: Optional[float] = None) -> Json:
        """Train `count` steps, and return the last one with the `losses` of all.

        Args:
            viz: `last` or `all` to have the forward passes in `vizData`
            timeout: seconds to wait; the client's if absent. Use a run for what takes longer
        """
        reply: Json = self._call("POST", "/step", {"count": count, "viz": viz}, timeout=timeout)
        self.view["step"] = reply["step"]
        return reply

    def start_run(
        self,
        steps: int,
        *,
        steps_per_second: Optional[float] = None,
        stop_when: Optional[Json] = None,
        **options: Any,
    ) -> Run:
        """Train in the background.

        Args:
            steps_per_second: speed limit
            stop_when: `{"lossBelow": 2.0}`, `validationLossBelow` or `noImprovementFor`; the first that holds ends it
            options: changed at the start of the run, such as `learning_rate`
        """
        body = {"steps": steps, "steps_per_second": steps_per_second, "stop_when": stop_when, **options}
        return Run(self._transport, f"{self._path}/runs", self._call("POST", "/runs", camel_case(body)))

    def runs(self) -> List[Run]:
        """Return the newest 100 runs, oldest first."""
        views = self._call("GET", "/runs")["runs"]
        return [Run(self._transport, f"{self._path}/runs", view) for view in views]

    def steer(self, **options: Any) -> "Session":
        """Change options such as `learning_rate`, from the next step on."""
        self.view = self._call("PATCH", "", camel_case(options))
        return self

    def fork(self, name: str, step: Optional[Step] = None) -> "Session":
        """Copy the session, as it is or as it was after `step`."""
        body = camel_case({"name": name, "step": step})
        return Session(self._transport, self._call("POST", "/fork", body))

    def delete(self) -> None:
        """Delete the session. A run of it ends."""
        self._call("DELETE", "")

    # Texts

    def generate(
        self,
        count: int = 1,
        *,
        temperature: Optional[float] = None,
        prompt: Optional[str] = None,
        top_k: Optional[int] = None,
        top_p: Optional[float] = None,
        seed: Optional[int] = None,
        novel: bool = False,
        unique: bool = False,
        nearest: bool = False,
        min_length: Optional[int] = None,
        max_length: Optional[int] = None,
        pattern: Optional[str] = None,
        exclude: Optional[List[str]] = None,
        tries: Optional[int] = None,
        step: Optional[Step] = None,
    ) -> TextStream:
        """Generate texts, which are received while they are drawn.

        Args:
            temperature: divides the logits; 0 takes the most likely token
            top_k, top_p: draw from the most likely tokens only
            seed: the same texts again; without `seed` and `step`, the session's own generator draws
            novel: no text is a document
            unique: no text comes twice
            nearest: with the document that differs least from each text
            min_length, max_length: in characters
            pattern: a regular expression (RE2) that matches somewhere in each text
            exclude: texts that are not wanted
            tries: most texts to draw, so that there may be fewer than `count`
            step: generate with the model as of that step
        """
        wanted = {"novel": novel or None, "unique": unique or None, "nearest": nearest or None}
        limits = {"min_length": min_length, "max_length": max_length, "tries": tries}
        drawn = {"temperature": temperature, "prompt": prompt, "top_k": top_k, "top_p": top_p, "seed": seed}
        body = {"count": count, "pattern": pattern, "exclude": exclude, "step": step, **wanted, **limits, **drawn}
        return open_texts(self._transport, f"{self._path}/generate", camel_case(body))

    def score(self, texts: Iterable[str], *, step: Optional[Step] = None) -> Iterator[Json]:
        """Yield for each text how likely it is: `logLikelihood` in nats and `bitsPerCharacter`.

        A text with a character that the model does not know has the character in `unknown` and no score. Texts are
        taken from the iterable in batches, so it may be endless.
        """
        if isinstance(texts, str):
            raise TypeError("texts must be several texts, such as a list, not a str")
        remaining = iter(texts)
        while True:
            batch = list(islice(remaining, SCORE_BATCH))
            if not batch:
                return
            body = camel_case({"texts": batch, "step": step})
            with open_texts(self._transport, f"{self._path}/score", body) as lines:
                yield from lines

    def surprisals(self, texts: List[str], *, step: Optional[Step] = None) -> List[Json]:
        """Return the `surprisals` of each text in nats, one for each of its `tokens` and one for its end."""
        reply = self._call("POST", "/score", camel_case({"texts": texts, "step": step}))
        return list(reply["scores"])

    def inspect(self, text: str, *, step: Optional[Step] = None) -> Json:
        """Return the forward pass over a text: `tokens`, and `vizData` with an entry for each position."""
        return self._call("POST", "/inspect", camel_case({"text": text, "step": step}))

    def tokenizer(self) -> Json:
        """Return the `alphabet`, or the `merges` of byte pairs."""
        return self._call("GET", "/tokenizer")

    def tokenize(self, text: str) -> List[Json]:
        """Return the tokens of a text: `id` and `text`."""
        return list(self._call("POST", "/tokenize", {"text": text})["tokens"])

    # The model

    def config(self) -> Json:
        """Return the shape of the model and all its options."""
        return self._call("GET", "/config")

    def losses(self, from_step: Optional[int] = None, to_step: Optional[int] = None) -> List[float]:
        """Return the loss of each step in nats, of at most `limits()["lossesPerCall"]` steps.

        Args:
            from_step, to_step: both included; the first and the last if absent
        """
        return list(self._call("GET", "/losses", query={"from": from_step, "to": to_step})["losses"])

    def loss_buckets(
        self, max_points: int, from_step: Optional[int] = None, to_step: Optional[int] = None
    ) -> List[Json]:
        """Return the losses in at most `max_points` buckets: `from`, `to`, `min`, `mean`, `max`, `first`, `last`."""
        query = {"max_points": max_points, "from": from_step, "to": to_step}
        return list(self._call("GET", "/losses", query=query)["buckets"])

    def validation(self) -> Json:
        """Return the `losses` of the held-out documents, each with its `step`, and the `best`."""
        return self._call("GET", "/validation")

    def baselines(self) -> Json:
        """Return the losses of simple models: `uniform`, `unigram`, `bigram`."""
        return self._call("GET", "/baselines")

    def history(self) -> Json:
        """Return `events`, the `schedule` of options, `samples` and `validation` losses."""
        return self._call("GET", "/history")

    def keyframes(self) -> List[int]:
        """Return the earlier steps whose model is stored."""
        return list(self._call("GET", "/keyframes")["steps"])

    def embeddings(self, *, step: Optional[Step] = None) -> List[Json]:
        """Return for each token its `tokenId`, `char` and `embedding`."""
        return list(self._transport.call("GET", f"{self._path}/embeddings", query={"step": step}))

    def matrices(self) -> List[Json]:
        """Return `name`, `rows` and `columns` of each parameter matrix."""
        return list(self._call("GET", "/parameters")["matrices"])

    def parameters(
        self, matrix: str, *, kind: str = "weight", step: Optional[Step] = None, as_array: bool = False
    ) -> Any:
        """Return a parameter matrix as a list of rows.

        Args:
            kind: `weight`, `gradient`, or Adam's moments `m` and `v`
            as_array: as a numpy array of shape (rows, columns), which needs numpy
        """
        reply = self._call("GET", f"/parameters/{quote(matrix, safe='')}", query={"kind": kind, "step": step})
        rows, columns, values = reply["rows"], reply["columns"], reply["values"]
        if as_array:
            import numpy

            return numpy.array(values).reshape(rows, columns)
        return [values[row * columns : (row + 1) * columns] for row in range(rows)]

    def save_checkpoint(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Write the whole model to a safetensors file. The file is replaced once all of it is there and verified."""
        self._save("checkpoint", path)

    def save_bundle(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Write the session with its losses and its history to a ZIP file, which is replaced once all of it is there."""
        self._save("bundle", path)

    def _save(self, what: str, path: Union[str, "os.PathLike[str]"]) -> None:
        digest = hashlib.sha256()
        partial = Path(f"{os.fspath(path)}.part")
        try:
            url = f"{self._path}/{what}"
            with self._transport.open("GET", url, headers={"Accept": "*/*"}) as reply, open(partial, "wb") as file:
                for chunk in reply.chunks():
                    digest.update(chunk)
                    file.write(chunk)
            expected = reply.header("Content-Digest")
            received = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
            if expected is not None and expected != received:
                raise InvalidReply(f"the {what} was damaged on its way: {received}, not {expected}")
            os.replace(partial, path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise

    # Watching

    def watch(
        self,
        *,
        from_step: Optional[int] = None,
        viz: str = "none",
        max_hz: Optional[float] = None,
        losses: Optional[str] = None,
        retries: int = 5,
    ) -> Iterator[Json]:
        """Yield the frames of the live stream until the session is deleted. No loss is missed.

        After a lost connection, the stream continues behind the last frame.

        Args:
            from_step: first step wanted; 1 for all, the next one if absent
            viz: `last` for the newest forward pass as `trace`
            max_hz: frames per second at most
            losses: `raw`, or `buckets` for at most 500 buckets per frame
            retries: connections in a row that may fail before the exception is raised
        """
        if from_step is None:
            from_step = self.refresh().steps_done + 1
        query = {"from_step": from_step, "viz": viz, "max_hz": max_hz, "losses": losses}
        return watch(self._transport, f"{self._path}/events", query, retries)

    def __repr__(self) -> str:
        return f"Session({self.name!r}, {self.state}, step {self.steps_done})"

    def _repr_html_(self) -> str:
        """Draw the loss curve, in a notebook."""
        try:
            self.refresh()
            buckets = self.loss_buckets(CHART_POINTS) if self.steps_done else []
            validation = self.validation()["losses"] if self.options.get("validation") else []
        except MicrogptError:
            buckets, validation = [], []  # the title then tells the last known state
        return loss_chart(self.view, buckets, validation)
