"""Client of microgpt-server.

    from microgpt import Client

    client = Client("http://localhost:8080")
    session = client.init("demo", dataset="names")
    session.start_run(1000).wait(progress=print)
    print(list(session.generate(5, novel=True).texts()))

Replies are dictionaries with the names of the REST API. Options of a model may be written as there
(`nEmbd`) or with underscores (`n_embd`).
"""

from .checkpoint import Checkpoint, TensorEntry, checkpoint_arrays, read_checkpoint
from .client import Client
from .errors import (
    CheckpointError,
    ConnectionFailed,
    InvalidReply,
    MicrogptError,
    RunFailed,
    ServiceError,
    TimedOut,
)
from .run import Run
from .session import Session
from .texts import TextStream

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "Client",
    "ConnectionFailed",
    "InvalidReply",
    "MicrogptError",
    "Run",
    "RunFailed",
    "ServiceError",
    "Session",
    "TensorEntry",
    "TextStream",
    "TimedOut",
    "checkpoint_arrays",
    "read_checkpoint",
]
