"""The documents hold: every block of the README runs; every command, target and setting is in it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from graph.cli import app as cli
from graph.settings import Settings
from graph.store import open_store, select
from places import BACKBONE, ROOT, WEEK

README = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Commands that the README shows and that do not end by themselves, or that a test of their own runs.
_NOT_HERE = ("nthtier serve", "nthtier watch", "nthtier mcp", "make ", "curl ", "pip ", "git ", "nthtier backfill")


def blocks(language: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(README) if kind == language]


def commands() -> list[str]:
    for name in cli._COMMANDS:
        import_module(f"graph.cli.{name}")
    return sorted(get_command(cli.app).commands)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with news and a table in it, and a store that holds both, as a reader of the README would have."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(WEEK, folder / "news")
    shutil.copy(BACKBONE, folder / "suppliers.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            cli.main(["load", "suppliers.csv", "news"])
        assert not ended.value.code
    return folder


def test_every_console_line_runs(
    demo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(demo)
    ran = 0
    for block in blocks("console"):
        for line in block.splitlines():
            command = line.removeprefix("$ ").split("  #")[0].strip()
            if not command.startswith("nthtier ") or command.startswith(_NOT_HERE):
                continue
            out = command.split(" > ")[0]
            with pytest.raises(SystemExit) as ended:
                cli.main(shlex.split(out)[1:])
            assert not ended.value.code, f"{command}: {capfd.readouterr().err}"
            assert capfd.readouterr().out.strip(), command
            ran += 1
    assert ran >= 4


def test_every_python_block_runs(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    assert blocks("python")
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), {})


def test_every_sparql_block_finds_something(demo: Path) -> None:
    store = open_store(str(demo / "store"), read_only=True)
    assert blocks("sparql")
    for block in blocks("sparql"):
        assert select(store, block), block
    store.close()


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in commands() if f"nthtier {name}" not in README and f"`{name}`" not in README] == []


def test_every_setting_is_in_the_readme() -> None:
    missing = [name for name in Settings.model_fields if f"NTHTIER_{name.upper()}" not in README]
    assert missing == []


def test_the_figures_of_the_reader_are_those_of_its_card() -> None:
    card = json.loads((ROOT / "loaders" / "extraction" / "model" / "card.json").read_text(encoding="utf-8"))
    for name in ("all", "supply", "product", "capital", "condition"):
        said = card["figures"]["claims"][name]
        assert (
            f"| {name} | {said['claims']} | {said['precision']:.2f} | {said['recall']:.2f} | {said['f1']:.2f} |"
            in README
        )


def test_the_picture_is_there_and_light_and_said_in_words() -> None:
    ((words, name),) = re.findall(r"^!\[([^\]]+)\]\(([^)]+)\)$", README, re.MULTILINE)
    picture = (ROOT / name).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) < 150_000
    assert len(words) > 80


def test_every_target_of_the_readme_exists_and_has_its_line_of_help() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = set(re.findall(r"^  make (\S+)", listed, re.MULTILINE))
    said = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test", "serve"} <= said
    assert said <= targets


def test_no_path_of_one_machine_and_no_note_to_self() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    wanted = (".py", ".md", ".toml", ".ttl", ".rq", ".html", ".js", ".css", ".ipynb", ".yaml", ".yml")
    words = re.compile(r"/" + r"work/|/" + r"root/|TO" + r"DO|FIX" + r"ME|XX" + r"X:")
    for name in tracked:
        path = ROOT / name
        if path.suffix in wanted and path.is_file():
            hit = words.search(path.read_text(encoding="utf-8"))
            assert hit is None, f"{name}: {hit.group()!r}"
