"""The container's files, and the README's cron line and unit: linted, without root, with commands that there are."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from graph.cli import app as cli
from places import ROOT


def test_the_dockerfile_passes_its_linter() -> None:
    beside = Path(sys.executable).with_name("hadolint")
    linter = str(beside) if beside.exists() else shutil.which("hadolint")
    assert linter, "hadolint is in the dev extra"
    done = subprocess.run([linter, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_runs_without_root_and_can_be_asked_for_its_health() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    final = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    assert any(line.startswith("USER 10001") for line in final)
    assert any(line.startswith("HEALTHCHECK") for line in final)
    copied = [word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in allowed


def test_compose_names_versions_drops_rights_and_refers_to_what_it_has() -> None:
    said = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    services = said["services"]
    for name, service in services.items():
        assert "build" in service or service["image"].rpartition(":")[2] not in ("", "latest")
        assert set(service.get("depends_on", [])) <= services.keys()
        for volume in service.get("volumes", []):
            place = volume.split(":")[0]
            assert place.startswith("./") or place in said["volumes"]
        if "build" in service:
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"]
            assert service["environment"]["NTHTIER_STORE"].startswith("http://store:")
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


README = (ROOT / "README.md").read_text(encoding="utf-8")


def understood(command: str) -> dict[str, object]:
    """Return the options of a watch as the command line reads them; wrong usage raises."""
    program, *words = shlex.split(command)
    assert Path(program).name == "nthtier"
    place = words.index("watch")
    import_module("graph.cli.watching")  # the command registers itself
    group = get_command(cli.app)
    group.make_context("nthtier", words[: place + 1]).close()
    with group.commands["watch"].make_context("watch", words[place + 1 :]) as context:  # type: ignore[attr-defined]
        return dict(context.params)


def test_the_cron_line_looks_once_every_hour() -> None:
    (line,) = re.findall(r"^(?:[\d*/,-]+ ){5} *nthtier .*$", README, re.MULTILINE)
    assert line.split()[:5] == ["0", "*", "*", "*", "*"]
    assert understood(line.split(None, 5)[5])["once"] is True


def test_the_unit_passes_its_linter_and_runs_a_command_that_there_is(tmp_path: Path) -> None:
    (unit,) = re.findall(r"^```ini\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    said = configparser.ConfigParser(interpolation=None)
    said.optionxform = str  # type: ignore[assignment,method-assign]
    said.read_string(unit)
    options = understood(said["Service"]["ExecStart"])
    assert (options["every"], options["once"]) == (3600, False)
    assert said["Service"]["Environment"] == "NTHTIER_STORE=/srv/nthtier/store"
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is absent; it comes with systemd")
    # The linter asks that the program exists and that the user is no special one.
    here = unit.replace("/opt/nthtier/bin/nthtier", sys.executable).replace("User=nthtier", "User=root")
    place = tmp_path / "nthtier-watch.service"
    for text, complaint in ((here, ""), (here.replace("Restart=", "Restrat="), "Unknown key")):
        place.write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(place)], capture_output=True, text=True, check=False
        )
        if complaint:
            assert complaint in done.stderr
        else:
            assert (done.returncode, done.stderr) == (0, "")
