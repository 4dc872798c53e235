"""The command line from outside: answers, exit codes, one-line errors, a store left as it was."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.cli import main
from graph.store import open_store
from places import BACKBONE

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, in an empty folder; return what it printed after checking its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert (ended.value.code or 0) == code, err[-2000:]
        return subprocess.CompletedProcess(arguments, code, out, err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """Run the command as a process of its own, with an empty home."""

    def process(*arguments: object, code: int = 0, **more: object) -> subprocess.CompletedProcess[str]:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        command = [Path(sys.executable).with_name("nthtier"), *map(str, arguments)]
        environment = {**os.environ, "HOME": str(home), "COLUMNS": "200"}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, **more
        )  # type: ignore[call-overload]
        assert done.returncode == code, f"exit code {done.returncode}: {done.stderr[-2000:]}"
        return done  # type: ignore[no-any-return]

    return process


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "suppliers.csv"
    path.write_text(
        "supplier,predicate,customer,item,as_of,source_url,source_title\n"
        "TSMC,fabricatesFor,NVIDIA,N3,2026-01-05,https://example.org/a,TSMC makes chips for NVIDIA\n"
        "NVIDIA,supplies,Oracle,GB200,2026-01-20,https://example.org/b,Oracle installs GB200\n",
        encoding="utf-8",
    )
    return path


def content(folder: Path) -> list[bytes]:
    store = open_store(str(folder), read_only=True)
    lines = sorted(b"".join(store.export()).splitlines())
    store.close()
    return lines


def test_who_depends_on_tsmc_names_parties_with_sources(run: Run, process: Run) -> None:
    shown = process("--store", "memory:", "ask", "Who depends on TSMC?", BACKBONE).stdout
    assert all(name in shown for name in ("NVIDIA", "Apple", "AMD"))
    answer = json.loads(run("--store", "memory:", "ask", "who depends on tsmc", BACKBONE, "--json").stdout)["answer"]
    first = {each["party"]["name"]: each for each in answer["found"] if each["tier"] == 1}
    assert {"NVIDIA", "Apple", "AMD"} <= set(first)
    for each in first.values():
        claims = [answer["evidence"][claim] for hop in each["path"] for claim in hop["claims"]]
        assert claims
        assert all(claim["source"].startswith("http") for claim in claims)


def test_loading_twice_and_in_another_order_leaves_the_same_bytes(run: Run, table: Path, tmp_path: Path) -> None:
    run("--store", "one", "load", table, BACKBONE)
    first = content(tmp_path / "one")
    run("--store", "one", "load", table)
    assert content(tmp_path / "one") == first
    run("--store", "two", "load", BACKBONE)
    run("--store", "two", "load", table)
    assert content(tmp_path / "two") == first


def test_as_of_and_tiers(run: Run, table: Path) -> None:
    run("--store", "s", "load", table)
    found = json.loads(run("--store", "s", "dependents", "TSMC", "--json").stdout)["found"]
    assert [(each["party"]["id"], each["tier"]) for each in found] == [("nvidia", 1), ("oracle", 2)]
    early = json.loads(run("--store", "s", "dependents", "TSMC", "--as-of", "2026-01-10", "--json").stdout)
    assert [each["party"]["id"] for each in early["found"]] == ["nvidia"]
    back = json.loads(run("--store", "s", "dependencies", "Oracle", "--json").stdout)["found"]
    assert [each["party"]["id"] for each in back] == ["nvidia", "tsmc"]


def test_a_page_is_written(run: Run, table: Path, tmp_path: Path) -> None:
    run("--store", "s", "load", table)
    run("--store", "s", "view", "TSMC", "-o", "page.html")
    assert "Who depends on TSMC?" in (tmp_path / "page.html").read_text(encoding="utf-8")


BAD = {
    "empty.txt": (b"", "empty.txt: the file is empty"),
    "binary.txt": (b"On January 5, 2026,\nall \0\1\2 was", "binary.txt:2: not a text file"),
    "long.txt": (
        b"On January 5, 2026, all was quiet.\n" + b"x" * 50_000_000,
        "long.txt:2: a line of 50,000,000 characters",
    ),
    "latin.txt": ("On January 5, 2026,\nZürich".encode("latin-1"), "latin.txt:2: not UTF-8 text (byte 0xfc)"),
    "undated.txt": (b"TSMC supplies NVIDIA.", "undated.txt:1: no date found"),
    "column.csv": (b"supplier,customer,as_of\nTSMC,NVIDIA,2026-01-05\n", "column.csv:1: no column 'predicate'"),
    "predicate.csv": (
        b"supplier,predicate,customer,as_of\nTSMC,suplies,NVIDIA,2026-01-05\n",
        "predicate.csv:2: unknown predicate 'suplies'; did you mean 'supplies'?",
    ),
    "share.csv": (
        b"supplier,predicate,customer,share_low,share_high,as_of\nTSMC,supplies,NVIDIA,0.9,0.2,2026-01-05\n",
        "share.csv:2: 'share' has its low bound 0.9 above its high bound 0.2",
    ),
    "no.jsonl": (b'{"subject": "TSMC"}\n{"subject": \n', "no.jsonl:2: not JSON"),
    "ends.jsonl": (
        b'{"subject": "TSMC", "predicate": "supplies", "object": null, "sentence": "s", "date": "2026-01-05"}',
        "ends.jsonl:1: supplies needs an object",
    ),
    "what.xyz": (b"?", "what.xyz: no loader for files ending in '.xyz'"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_one_line_with_file_and_line_and_the_store_stays(
    run: Run, table: Path, tmp_path: Path, name: str
) -> None:
    run("--store", "s", "load", table)
    before = content(tmp_path / "s")
    data, message = BAD[name]
    (tmp_path / name).write_bytes(data)
    failed = run("--store", "s", "load", table, name, code=1)
    assert failed.stderr.count("\n") == 1
    assert message in failed.stderr
    assert content(tmp_path / "s") == before


def test_a_claim_that_breaks_the_shapes_is_named(run: Run, table: Path, tmp_path: Path) -> None:
    run("--store", "s", "load", table)
    before = content(tmp_path / "s")
    bad = {
        "subject": "TSMC",
        "predicate": "supplies",
        "object": "NVIDIA",
        "sentence": "s",
        "date": "2026-01-05",
        "confidence": 7,
    }
    (tmp_path / "c.jsonl").write_text(json.dumps(bad), encoding="utf-8")
    failed = run("--store", "s", "load", "c.jsonl", code=1)
    assert "confidence" in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert content(tmp_path / "s") == before


def test_a_store_of_a_newer_version_is_refused(run: Run, table: Path, tmp_path: Path) -> None:
    run("--store", "s", "load", table)
    mark = tmp_path / "s" / "nthtier-store.json"
    said = json.loads(mark.read_text(encoding="utf-8"))
    said["format"] = 999
    mark.write_text(json.dumps(said), encoding="utf-8")
    failed = run("--store", "s", "load", table, code=1)
    assert "newer" in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_second_writer_is_refused(process: Run, table: Path, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "s"))
    try:
        failed = process("--store", "s", "load", table, code=1)
    finally:
        store.close()
    assert failed.stderr.count("\n") == 1
    assert "open" in failed.stderr


def test_a_full_disk_leaves_the_store_as_it_was(run: Run, process: Run, table: Path, tmp_path: Path) -> None:
    run("--store", "s", "load", table)
    before = content(tmp_path / "s")
    limit = 20_000  # bytes a file may grow to: the kernel refuses the write as a full disk would

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    failed = process("--store", "s", "load", BACKBONE, code=1, preexec_fn=small)
    assert failed.stderr.count("\n") == 1
    assert content(tmp_path / "s") == before


def test_unknown_names_and_questions_have_codes_and_hints(run: Run, table: Path) -> None:
    run("--store", "s", "load", table)
    assert "did you mean NVIDIA?" in run("--store", "s", "dependents", "Nvidai", code=3).stderr
    assert "can't read the question" in run("--store", "s", "ask", "what is love", code=3).stderr
    assert "no store at" in run("--store", "none", "ask", "who depends on TSMC?", code=1).stderr
    run("--store", "s", "dependents", "TSMC", "--level", "sure", code=2)
    run("--store", "s", "dependents", "TSMC", "--as-of", "yesterday", code=2)
    run("nonsense", code=2)


def test_nothing_from_outside_moves_the_cursor(run: Run, tmp_path: Path) -> None:
    evil = {
        "subject": "TSMC",
        "predicate": "supplies",
        "object": "[red]Evil\u202e Corp[/red]",
        "sentence": "a [bold]b[/bold]",
        "date": "2026-01-05",
    }
    (tmp_path / "e.jsonl").write_text(json.dumps(evil), encoding="utf-8")
    shown = run("--store", "memory:", "ask", "who depends on TSMC?", "e.jsonl").stdout
    assert "[red]Evil Corp[/red]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_store_is_backed_up_restored_exported_and_counted(run: Run, table: Path, tmp_path: Path) -> None:
    run("--store", "s", "load", table)
    before = content(tmp_path / "s")
    run("--store", "s", "backup", "kept")
    run("--store", "s", "load", BACKBONE)
    assert content(tmp_path / "s") != before
    run("--store", "s", "restore", "kept", code=1)
    run("--store", "s", "restore", "kept", "--replace")
    assert content(tmp_path / "s") == before
    run("--store", "s", "export", "all.nq")
    assert sorted((tmp_path / "all.nq").read_bytes().splitlines()) == before
    assert "no RDF form ends in '.doc'" in run("--store", "s", "export", "all.doc", code=1).stderr
    figures = json.loads(run("--store", "s", "stats", "--json").stdout)
    assert figures["quads"] == len(before)
    assert run("--store", "memory:", "backup", "x", code=1).stderr.count("\n") == 1


def test_extract_explains_what_was_read_and_why(run: Run, tmp_path: Path) -> None:
    text = "SK Hynix supplies HBM4 to Nvidia. <b>Samsung</b> \x1b[31mmay be next. It rained on Tuesday."
    (tmp_path / "2026-01-28.txt").write_text(text, encoding="utf-8")
    rows = [json.loads(line) for line in run("extract", "2026-01-28.txt", "--json").stdout.splitlines()]
    relations = [one for row in rows for one in row["relations"]]
    made = [(one["subject"], one["predicate"], one["object"]) for one in relations if one["made"]]
    assert ("SK Hynix", "supplies", "Nvidia") in made
    assert all(one["reason"] for one in relations)
    assert {"text": "SK Hynix", "kind": "organisation", "known": "memory-maker"} in rows[0]["names"]
    said = run("extract", "2026-01-28.txt", "--explain").stdout
    assert "+ SK Hynix supplies Nvidia [HBM4] · actual, stated (confidence" in said
    assert "  SK Hynix (memory-maker), HBM4 (memory), Nvidia (chip-designer)" in said
    assert "\x1b" not in said
    assert said.split("It rained on Tuesday.")[1].split() == ["nothing", "read"]
    assert "Wrote read.html" in run("extract", "2026-01-28.txt", "-o", "read.html").stdout
    page = (tmp_path / "read.html").read_text(encoding="utf-8")
    assert '<mark class="organisation" title="organisation, known as memory-maker">SK Hynix</mark>' in page
    assert "Nothing read." in page
    assert "<script" not in page
    assert "http" not in page
    failed = run("extract", "2026-01-28.txt", "-o", "nowhere/read.html", code=1)
    assert failed.stderr == "nthtier: nowhere/read.html: can't be written: No such file or directory\n"


def test_an_explanation_has_figures_and_all_documents_of_a_file(run: Run, tmp_path: Path) -> None:
    item = "<item><title>{0}</title><pubDate>Wed, 28 Jan 2026 08:00:00 GMT</pubDate><guid>{0}</guid><description>{1}</description></item>"
    told = ("Since 2024 SK Hynix has supplied Nvidia with 70% of its HBM4.", "TSMC raised $2 billion.", "")
    items = "".join(item.format(name, text) for name, text in zip(("One", "Two", "Three"), told, strict=True))
    (tmp_path / "feed.rss").write_text(f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>")
    rows = [json.loads(line) for line in run("extract", "feed.rss", "--json").stdout.splitlines()]
    made = [each for row in rows for each in row["relations"] if each["made"]]
    one = next(each for each in made if each["predicate"] == "supplies")
    assert (one["share"], one["valid_from"]) == ([0.7, 0.7], "2024-01-01")
    assert run("extract", "feed.rss", "-o", "read.html").stdout.count("Wrote") == 1
    page = (tmp_path / "read.html").read_text(encoding="utf-8")
    assert "One and 2 more as it was read" in page
    assert "share 70%, from 2024-01-01" in page
    assert "amount 2,000,000,000 USD" in page
