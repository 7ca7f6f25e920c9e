"""Makes a database and the answers that a service gives with it, to be read by later versions.

    python3 make.py JAVA JAR NAME     writes NAME.db.gz and NAME.json into this directory

The service is killed in the middle, with a run going on and log entries that are in no save. The answers
are those of the same version after a restart, so a later version must give the same.
"""

import atexit
import gzip
import json
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

JAVA, JAR, NAME = sys.argv[1:]
PORT = 18431
NAMES = "ada\nbob\nzoë\n🦙"
HERE = os.path.dirname(os.path.abspath(__file__))


class Service:
    def __init__(self, data, *settings):
        self.process = subprocess.Popen(
            [JAVA, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
             "-jar", JAR, f"--microgpt.data-dir={data}", f"--server.port={PORT}",
             "--server.address=127.0.0.1", "--microgpt.demo=false", *settings],
            stdout=subprocess.DEVNULL)
        atexit.register(self.process.kill)
        for _ in range(600):
            try:
                self.call("GET", "/sessions")
                return
            except urllib.error.URLError:
                time.sleep(0.1)
        raise SystemExit("the service does not start")

    def call(self, method, path, body=None, **headers):
        if isinstance(body, dict):
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}/api/v1{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def do(self, method, path, body=None, want=(200, 201, 202, 204), **headers):
        status, text = self.call(method, path, body, **headers)
        if status not in want:
            raise SystemExit(f"{method} {path}: {status} {text[:500]}")
        return text

    def await_run(self, session, run, state, steps=0):
        for _ in range(600):
            view = json.loads(self.do("GET", f"/sessions/{session}/runs/{run}"))
            if view["state"] == state and view["stepsDone"] >= steps:
                return
            time.sleep(0.05)
        raise SystemExit(f"run {run} of {session} does not get {state}")

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(60)


def small(**options):
    return {"nEmbd": 2, "nHead": 1, "blockSize": 4, "text": NAMES, **options}


def weights_only(checkpoint):
    """The parameters of a checkpoint as any other program would write them."""
    size = struct.unpack("<Q", checkpoint[:8])[0]
    header = json.loads(checkpoint[8:8 + size])
    data = checkpoint[8 + size:]
    kept, out, at = {}, b"", 0
    for name, tensor in header.items():
        if name.startswith(("__metadata__", "adam.", "random", "documents", "order")):
            continue
        begin, end = tensor["data_offsets"]
        kept[name] = {**tensor, "data_offsets": [at, at + end - begin]}
        out += data[begin:end]
        at += end - begin
    head = json.dumps(kept).encode()
    return struct.pack("<Q", len(head)) + head + out


def before_the_first_save(service):
    for name, engine, random in [("tensor", "tensor", "mulberry32"), ("scalar", "scalar", "python"),
                                 ("tensor-python", "tensor", "python"),
                                 ("scalar-mulberry32", "scalar", "mulberry32")]:
        path = f"/sessions/{name}"
        service.do("POST", path + "/init", small(engine=engine, random=random, batchSize=2))
        service.do("POST", path + "/step", {"count": 6, "viz": "none"})
        service.do("POST", path + "/generate")
        service.do("PATCH", path, {"learningRate": 0.02})
        service.do("POST", path + "/step", {"count": 2, "viz": "none"})
        service.do("PATCH", path, {"numSteps": 500, "batchSize": 1})
        service.do("POST", path + "/runs", {
            "steps": 4, "batchSize": 3, "learningRate": 0.03, "numSteps": 600,
            "stepsPerSecond": 1000, "stopWhen": {"lossBelow": 0.001}})
        service.await_run(name, 1, "succeeded")
    service.do("POST", "/sessions/tensor/fork", {"name": "tensor-fork", "step": 7})
    service.do("POST", "/sessions/scalar/fork", {"name": "scalar-fork", "step": 3})

    service.do("POST", "/sessions/empty/init", {"nEmbd": 8, "seed": -5, "learningRate": 1e-5})

    checkpoint = service.do("GET", "/sessions/scalar/checkpoint")
    service.do("PUT", "/sessions/scalar-restored/checkpoint", checkpoint,
               Content_Type="application/octet-stream")
    alphabet = urllib.parse.quote("".join(sorted(set(NAMES.replace("\n", "")))))
    service.do("PUT", f"/sessions/tensor-weights/checkpoint?nHead=1&seed=7&alphabet={alphabet}",
               weights_only(service.do("GET", "/sessions/tensor/checkpoint")),
               Content_Type="application/octet-stream")

    service.do("POST", "/sessions/scalar-runs/init", small(engine="scalar", nEmbd=1))
    runs = "/sessions/scalar-runs/runs"
    service.do("POST", runs, {"steps": 2})
    service.await_run("scalar-runs", 1, "succeeded")
    service.do("POST", runs, {"steps": 100000, "stepsPerSecond": 50})
    service.await_run("scalar-runs", 2, "running", 3)
    service.do("POST", runs + "/2/cancel")
    service.await_run("scalar-runs", 2, "cancelled")
    service.do("POST", runs, {"steps": 100000, "stepsPerSecond": 50})
    service.await_run("scalar-runs", 3, "running", 3)
    service.do("POST", runs + "/3/pause")
    service.await_run("scalar-runs", 3, "paused")

    service.do("POST", "/sessions/scalar-failed-step/init", small(engine="scalar", learningRate=1e300))
    service.do("POST", "/sessions/scalar-failed-step/step", {"count": 50}, want=(409, 422, 500))
    service.do("POST", "/sessions/scalar-failed-run/init", small(engine="scalar", learningRate=1e300))
    service.do("POST", "/sessions/scalar-failed-run/runs", {"steps": 50})
    service.await_run("scalar-failed-run", 1, "failed")


def after_the_save(service, data):
    """What is in the log alone when the process is killed."""
    for name in ("scalar", "scalar-mulberry32"):
        path = f"/sessions/{name}"
        service.do("POST", path + "/step", {"count": 3, "viz": "none"})
        service.do("POST", path + "/generate", {"count": 2})
        service.do("PATCH", path, {"learningRate": 0.005})
        service.do("POST", path + "/step", {"count": 2, "viz": "none"})
    # Another machine's vector units may round the steps of this engine differently: none to repeat.
    for name in ("tensor", "tensor-python"):
        service.do("POST", f"/sessions/{name}/generate", {"count": 2})
        service.do("PATCH", f"/sessions/{name}", {"learningRate": 0.005})
    service.do("POST", "/sessions/tensor-log/init", small())
    service.do("POST", "/sessions/tensor-log/step", {"count": 5, "viz": "none"})

    service.do("POST", "/sessions/scalar-late-fail/init", small(engine="scalar", learningRate=1e300))
    service.do("POST", "/sessions/scalar-late-fail/step", {"count": 50}, want=(409, 422, 500))

    service.do("POST", "/sessions/scalar-once/init", small(engine="scalar"), Idempotency_Key="init-once")
    service.do("POST", "/sessions/scalar-once/step", {"count": 2, "viz": "none"},
               Idempotency_Key="step-once")

    # Slow steps of small weights: the save that comes after a second of training has few of them.
    service.do("POST", "/sessions/scalar-going/init", small(engine="scalar", batchSize=1024, nEmbd=1))
    service.do("POST", "/sessions/scalar-going/runs", {"steps": 100000, "numSteps": 200000})
    await_save(data, "scalar-going")


def await_save(data, session):
    for _ in range(600):
        with sqlite3.connect(os.path.join(data, "microgpt.db")) as connection:
            step, = connection.execute(
                "SELECT save.step FROM save JOIN session ON session.epoch = save.epoch WHERE name = ?",
                (session,)).fetchone()
        if step > 0:
            return
        time.sleep(0.05)
    raise SystemExit(f"{session} is not saved")


def answers(service):
    calls = []

    def ask(method, path, body=None, **headers):
        status, text = service.call(method, path, body, **headers)
        calls.append({"method": method, "path": path, "request": body and json.dumps(body), "headers": headers,
                      "status": status, "reply": json.loads(text)})
        return status, calls[-1]["reply"]

    once = small(engine="scalar")
    ask("POST", "/sessions/scalar-once/init", once, Idempotency_Key="init-once")
    ask("POST", "/sessions/scalar-once/step", {"count": 2, "viz": "none"}, Idempotency_Key="step-once")
    names = [session["name"] for session in ask("GET", "/sessions?limit=100")[1]["sessions"]]
    for name in names:
        for part in ("", "/losses", "/runs", "/history", "/keyframes", "/config", "/embeddings",
                     "/embeddings?step=0"):
            ask("GET", f"/sessions/{name}{part}")
        ask("POST", f"/sessions/{name}/generate", {"seed": 3, "count": 3})
        ask("POST", f"/sessions/{name}/generate", {"step": 0})
    for name in names:
        ask("POST", f"/sessions/{name}/generate", {"count": 2})
        ask("POST", f"/sessions/{name}/step", {"count": 3, "viz": "none"})
    return [{key: value for key, value in call.items() if value} for call in calls]


def forget_times_since(when, reply):
    """Events that the restart itself made happen at another time in each version."""
    for event in reply.get("events", []):
        if event["at"] >= when:
            del event["at"]


def main():
    work = tempfile.mkdtemp()
    try:
        data = os.path.join(work, "data")
        service = Service(data)
        before_the_first_save(service)
        service.end(signal.SIGTERM)
        service = Service(data)
        after_the_save(service, data)
        service.end(signal.SIGKILL)

        packed = os.path.join(work, "packed")
        os.mkdir(packed)
        database = os.path.join(packed, "microgpt.db")
        with sqlite3.connect(os.path.join(data, "microgpt.db")) as connection:
            connection.execute(f"VACUUM INTO '{database}'")
        with open(database, "rb") as file:
            compressed = gzip.compress(file.read(), 9, mtime=0)
        with open(os.path.join(HERE, NAME + ".db.gz"), "wb") as file:
            file.write(compressed)

        opened = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        service = Service(packed, "--microgpt.runs.after-restart=pause")
        calls = answers(service)
        service.end(signal.SIGTERM)
        for call in calls:
            if call["path"].endswith("/history"):
                forget_times_since(opened, call["reply"])
        with open(os.path.join(HERE, NAME + ".json"), "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(json.dumps(call, separators=(",", ":")) for call in calls) + "\n]\n")
    finally:
        shutil.rmtree(work)


main()
