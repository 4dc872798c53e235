"""The container's files: linted, without root, with what the service needs to be looked after."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

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
