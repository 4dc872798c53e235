"""Real servers for the store suite: ours, Oxigraph's and Virtuoso 7, each on loopback with a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from graph.api.sparql import sparql_router
from graph.settings import Settings
from graph.store import Store, open_store

TOKEN = "write-token"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(name: str, how: str) -> str:
    """Return the path of a program; absent, the test is left out with the way to add it (in CI it fails)."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        import pytest  # the servers run without it

        message = f"{name} is absent; add it with: {how}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


def app_over(store: Store, **settings: object) -> FastAPI:
    """Return an application that has the SPARQL routes alone."""
    app = FastAPI(title="SPARQL")
    app.include_router(sparql_router(store, Settings(**{"token": TOKEN, **settings})))  # type: ignore[arg-type]
    return app


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application from a thread and yield its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextlib.contextmanager
def running(arguments: list[str], folder: Path, probe: str, patience: float = 60) -> Iterator[None]:
    """Run a server process, wait up to some seconds until its address answers, and end it afterwards."""
    with open(folder / "server.log", "wb") as log:
        process = subprocess.Popen(arguments, cwd=folder, stdout=log, stderr=log)
        try:
            for _ in range(int(patience * 10)):
                assert process.poll() is None, (folder / "server.log").read_text()
                with contextlib.suppress(OSError):
                    try:
                        urllib.request.urlopen(probe, timeout=5).close()
                    except urllib.error.HTTPError as answered:
                        answered.close()
                    break
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def service(folder: Path, **settings: object) -> Iterator[str]:
    """Run our service over a store folder in a process of its own and yield its address."""
    port = free_port()
    arguments = [sys.executable, __file__, str(folder), str(port), json.dumps(settings)]
    with running(arguments, folder.parent, f"http://127.0.0.1:{port}/sparql"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """Run Oxigraph's own server and yield the address of its queries."""
    program = command("oxigraph", "pip install oxigraph")
    port = free_port()
    arguments = [program, "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]
    with running(arguments, folder, f"http://127.0.0.1:{port}/"):
        yield f"http://127.0.0.1:{port}/query"


@contextlib.contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Run Virtuoso 7 from Debian's bare program with an ini of its own and yield the address of its queries."""
    program = command("virtuoso-t", "apt-get install virtuoso-opensource-7-bin")
    sql, web = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_INI.format(sql=sql, web=web))
    with running([program, "+foreground", "+configfile", "virtuoso.ini"], folder, f"http://127.0.0.1:{web}/sparql"):
        grant = 'GRANT SPARQL_UPDATE TO "SPARQL";'
        done = subprocess.run(
            [command("isql-vt", "apt-get install virtuoso-opensource-7-bin"), f"127.0.0.1:{sql}", "dba", "dba", f"exec={grant}"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "Done." in done.stdout + done.stderr, done
        yield f"http://127.0.0.1:{web}/sparql"


_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
Striping = 0

[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
DirsAllowed = .

[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerThreads = 8

[SPARQL]
ResultSetMaxRows = 1000000
"""


def main() -> None:
    """Serve the store folder of the command line."""
    folder, port, settings = sys.argv[1:]
    store = open_store(folder)
    uvicorn.run(app_over(store, **json.loads(settings)), host="127.0.0.1", port=int(port), log_level="critical")
    store.close()


if __name__ == "__main__":
    main()
