"""Clients that ask a service over and over, in a process of their own: ``python clients.py < what.json``.

What to ask comes as JSON (``host``, ``port``, ``paths``, ``clients``, ``seconds``); what came back is printed as JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from typing import Any

HEADERS = "Accept: application/json\r\nAccept-Encoding: gzip, deflate\r\n"


async def _client(asked: dict[str, Any], numbers: itertools.count[int], until: float, seen: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection(asked["host"], asked["port"])
    paths: list[str] = asked["paths"]
    while time.monotonic() < until:
        path = paths[next(numbers) % len(paths)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {asked['host']}\r\n{HEADERS}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))
        seen[int(head.split(" ", 2)[1])] += 1
    writer.close()


async def _all(asked: dict[str, Any]) -> dict[str, Any]:
    numbers, seen, began = itertools.count(), Counter[int](), time.monotonic()
    until = began + asked["seconds"]
    await asyncio.gather(*(_client(asked, numbers, until, seen) for _ in range(asked["clients"])))
    return {"rate": seen.total() / (time.monotonic() - began), "statuses": seen}


if __name__ == "__main__":
    json.dump(asyncio.run(_all(json.load(sys.stdin))), sys.stdout)
