"""Reads checkpoints: safetensors files, which are a header in JSON and then the numbers.

https://github.com/huggingface/safetensors describes the format.
"""

import json
import math
import os
from typing import TYPE_CHECKING, Any, BinaryIO, Dict, Iterable, NamedTuple, Optional, Tuple, Union

from .errors import CheckpointError

if TYPE_CHECKING:
    import numpy

MAX_HEADER_BYTES = 100_000_000  # what the format allows

# As numpy writes them, little-endian. BF16 is the upper half of a float32, which numpy does not have.
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


class TensorEntry(NamedTuple):
    """Where a tensor is: `dtype` as in `F32`, `shape`, and its place in the file in bytes."""

    dtype: str
    shape: Tuple[int, ...]
    offset: int
    length: int


class Checkpoint(NamedTuple):
    """The header of a checkpoint. `options` in the metadata is JSON."""

    metadata: Dict[str, str]
    tensors: Dict[str, TensorEntry]


def read_checkpoint(path: Union[str, "os.PathLike[str]"]) -> Checkpoint:
    """Read the header of a checkpoint, and none of its numbers.

    Raises:
        CheckpointError: if the file is not a safetensors file
    """
    with open(path, "rb") as file:
        return _read_header(file, os.fspath(path))


def checkpoint_arrays(
    path: Union[str, "os.PathLike[str]"], names: Optional[Iterable[str]] = None
) -> Dict[str, "numpy.ndarray[Any, Any]"]:
    """Read the tensors of a checkpoint as numpy arrays; BF16 as float32.

    Args:
        names: the tensors to read, for example `["wte", "wpe"]`; all if absent

    Raises:
        ImportError: if numpy is not installed
        CheckpointError: if the file is not a safetensors file, or has no such tensor
    """
    import numpy

    arrays = {}
    with open(path, "rb") as file:
        tensors = _read_header(file, os.fspath(path)).tensors
        for name in tensors if names is None else names:
            if name not in tensors:
                raise CheckpointError(f"{os.fspath(path)} has no tensor {name!r}, only {', '.join(sorted(tensors))}")
            entry = tensors[name]
            file.seek(entry.offset)
            array = numpy.fromfile(file, _DTYPES[entry.dtype], math.prod(entry.shape))
            if entry.dtype == "BF16":
                array = (array.astype("<u4") << 16).view("<f4")
            arrays[name] = array.reshape(entry.shape)
    return arrays


def _read_header(file: BinaryIO, path: str) -> Checkpoint:
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    begin = 8 + length
    if size < 8 or begin > size or length > MAX_HEADER_BYTES:
        raise CheckpointError(f"{path} is not a safetensors file: its header would have {length} bytes, it has {size}")
    try:
        header = json.loads(file.read(length))
        metadata = header.pop("__metadata__", {})
        tensors = {name: _entry(name, fields, begin, size) for name, fields in header.items()}
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(f"{path} is not a safetensors file: {error}") from error
    return Checkpoint(metadata, tensors)


def _entry(name: str, fields: Dict[str, Any], begin: int, size: int) -> TensorEntry:
    dtype, shape = fields["dtype"], tuple(fields["shape"])
    start, end = fields["data_offsets"]
    if dtype not in _DTYPES:
        raise ValueError(f"tensor {name!r} has the unknown type {dtype!r}")
    width = int(_DTYPES[dtype][-1].replace("?", "1"))
    if not all(isinstance(extent, int) and extent >= 0 for extent in (*shape, start, end)):
        raise ValueError(f"tensor {name!r} has the shape {shape} at {start} to {end}")
    if end - start != math.prod(shape) * width or begin + end > size:
        raise ValueError(f"tensor {name!r} of shape {shape} does not fit its place, {start} to {end}")
    return TensorEntry(dtype, shape, begin + start, end - start)
