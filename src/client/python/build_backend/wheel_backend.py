"""A build backend (PEP 517) for this package alone.

A build with setuptools or hatchling would first download it. This one needs the standard library only.
"""

import base64
import hashlib
import io
import re
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "microgpt"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip file; one date for all files makes builds repeatable

WHEEL = b"Wheel-Version: 1.0\nGenerator: wheel_backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _strings(section):
    """Return the `key = "value"` lines of a section of pyproject.toml (tomllib is in Python 3.11 and newer)."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    body = text.split(f"[{section}]\n", 1)[1].split("\n[", 1)[0]
    return dict(re.findall(r'^([\w-]+) = "(.*)"$', body, re.MULTILINE))


PROJECT = _strings("project")
STEM = f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}"


def _metadata():
    fields = {
        "Metadata-Version": "2.1",
        "Name": PROJECT["name"],
        "Version": PROJECT["version"],
        "Summary": PROJECT["description"],
        "Requires-Python": PROJECT["requires-python"],
        "License": "MIT",
        "Description-Content-Type": "text/markdown",
    }
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return head + "\n" + (ROOT / "README.md").read_text(encoding="utf-8")


def _package_files():
    files = sorted(ROOT.joinpath(PACKAGE).rglob("*"))
    return [file for file in files if file.suffix == ".py" or file.name == "py.typed"]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = f"{STEM}.dist-info"
    scripts = "".join(f"{name} = {target}\n" for name, target in _strings("project.scripts").items())
    content = {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in _package_files()}
    content[f"{info}/METADATA"] = _metadata().encode()
    content[f"{info}/WHEEL"] = WHEEL
    content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{scripts}".encode()
    record = ""
    for name, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()

    wheel = f"{STEM}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), data, zipfile.ZIP_DEFLATED)
    return wheel


def build_sdist(sdist_directory, config_settings=None):
    files = [ROOT / "pyproject.toml", ROOT / "README.md", Path(__file__).resolve(), *_package_files()]
    content = {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in files}
    content["PKG-INFO"] = _metadata().encode()
    sdist = f"{STEM}.tar.gz"
    with tarfile.open(Path(sdist_directory, sdist), "w:gz") as archive:
        for name, data in content.items():
            entry = tarfile.TarInfo(f"{STEM}/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return sdist
