"""A server on the loopback interface that speaks the chat protocol for tests: it answers what it is told, or misbehaves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from local_server import LocalServer, QuietHandler, running


class ChatServer(LocalServer):
    """Answers ``/v1/chat/completions`` with what ``reply`` makes of the user's text; ``/NAME/chat/completions`` misbehave."""

    key = "secret-key"

    def __init__(self, reply: Callable[[str], Any]) -> None:
        self.reply = reply
        self.asked: list[dict[str, Any]] = []
        super().__init__(_Handler)

    def url(self, path: str = "v1") -> str:
        return super().url(path)


class _Handler(QuietHandler):
    server: ChatServer

    def do_POST(self) -> None:  # noqa: N802  (the name that http.server looks for)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        first, _, rest = self.path.strip("/").partition("/")
        if rest != "chat/completions":
            self._send(404, {"error": {"message": "no such route"}})
            return
        if self.headers.get("Authorization") != f"Bearer {self.server.key}":
            self._send(401, {"error": {"message": f"wrong key {self.headers.get('Authorization')}"}})
            return
        asked = json.loads(body)
        assert asked["response_format"]["type"] == "json_schema", "the protocol's way to ask for a schema"
        self.server.asked.append(asked)
        getattr(self, f"_{first}")(asked)

    def _v1(self, asked: dict[str, Any]) -> None:
        self._say(json.dumps(self.server.reply(asked["messages"][-1]["content"])))

    def _fenced(self, asked: dict[str, Any]) -> None:
        self._say(f"```json\n{json.dumps(self.server.reply(asked['messages'][-1]['content']))}\n```")

    def _prose(self, asked: dict[str, Any]) -> None:
        self._say("Sure! Here are the claims you asked for.")

    def _cut(self, asked: dict[str, Any]) -> None:
        self._say('{"claims": [', finish="length")

    def _refuses(self, asked: dict[str, Any]) -> None:
        self._send(200, {"choices": [{"message": {"content": None, "refusal": "I can't"}, "finish_reason": "stop"}]})

    def _empty(self, asked: dict[str, Any]) -> None:
        self._send(200, {"choices": []})

    def _deep(self, asked: dict[str, Any]) -> None:
        self._say("[" * 200_000)

    def _broken(self, asked: dict[str, Any]) -> None:
        self._send(500, {"error": {"message": "out of memory"}})

    def _away(self, asked: dict[str, Any]) -> None:
        self.send_response(307)
        self.send_header("Location", self.server.url("v1/chat/completions"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _large(self, asked: dict[str, Any]) -> None:
        self._say("x" * 2**22)

    def _silent(self, asked: dict[str, Any]) -> None:
        time.sleep(30)

    def _drip(self, asked: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def _say(self, content: str, finish: str = "stop") -> None:
        self._send(200, {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": finish}]})

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def chat_server(reply: Callable[[str], Any]) -> AbstractContextManager[ChatServer]:
    """Run the server; ``reply`` makes the JSON answer from the user's message."""
    return running(ChatServer(reply))
