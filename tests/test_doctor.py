"""`ummid doctor` says what is there, what is missing, and what that means."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from ummid import services
from ummid.cli import main
from ummid.doctor import Finding, examine
from ummid.settings import Settings
from ummid.stores.lmdb_table import LmdbTable

EMULATORS = {
    "Bigtable": ("BIGTABLE_EMULATOR_HOST", "bigtable-emulator/cbtemulator"),
    "Firestore": (
        "FIRESTORE_EMULATOR_HOST",
        "cloud-firestore-emulator/cloud-firestore-emulator.jar",
    ),
    "Pub/Sub": ("PUBSUB_EMULATOR_HOST", "pubsub-emulator/lib/cloud-pubsub-emulator-1.2.3-all.jar"),
}


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with nothing on its path, no home, no cloud."""
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(services, "_SDK", tmp_path / "no-sdk")
    monkeypatch.setattr(services, "_POSTGRES", tmp_path / "postgresql")
    for variable in ("GOOGLE_APPLICATION_CREDENTIALS", *(v for v, _ in EMULATORS.values())):
        monkeypatch.delenv(variable, raising=False)


def found(what: str, store: Path = Path("store")) -> Finding:
    (one,) = [f for f in examine(Settings({"UMMID_STORE": str(store)})) if f.what == what]
    return one


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_what_the_main_job_needs_is_marked_as_needed() -> None:
    findings = list(examine(Settings({})))
    assert [f.what for f in findings] == [
        "Python",
        "package apache_beam",
        "package lmdb",
        "package flask",
        "package granian",
        "Google Cloud packages",
        "store",
        "disk",
        "Bigtable emulator",
        "Firestore emulator",
        "Pub/Sub emulator",
        "Redis",
        "PostgreSQL",
        "browser",
        "Google Cloud credentials",
    ]
    assert [f.what for f in findings if f.needed] == [*(f.what for f in findings[:5]), "disk"]
    assert all(f.ok for f in findings[:5])
    assert found("Python").detail.startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")


def test_a_missing_package_is_said_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "granian", None)
    assert found("package granian") == Finding(
        "package granian", False, "serves the API; `make setup` installs it", needed=True
    )


def test_cloud_packages_are_needed_for_cloud_paths_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apitools", None)
    assert found("Google Cloud packages") == Finding(
        "Google Cloud packages",
        False,
        "needed only for gs:// paths and stores in the cloud: pip install '.[gcp]'",
    )
    monkeypatch.delitem(sys.modules, "apitools")
    (tmp_path / "packages" / "apitools").mkdir(parents=True)
    (tmp_path / "packages" / "apitools" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "packages")
    assert found("Google Cloud packages").ok


def test_the_store_is_absent_there_or_broken(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert found("store", store) == Finding(
        "store", False, f"none yet in {store}; `ummid ingest` makes it"
    )
    LmdbTable(store).close()
    assert found("store", store) == Finding("store", True, f"{store}, 0 MB")
    (store / "data.mdb").write_bytes(b"broken" * 1000)
    broken = found("store", store)
    assert (broken.ok, broken.needed) == (False, True)
    assert f"the store in {store} cannot be opened" in broken.detail


@pytest.mark.parametrize(("free", "enough"), [(1_900_000_000, False), (3_400_000_000, True)])
def test_a_full_disk_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, enough: bool
) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=free)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    disk = found("disk", tmp_path / "not" / "yet")
    assert (disk.ok, disk.needed) == (enough, True)
    assert disk.detail == f"{free / 1e9:.1f} GB free for the store (2 GB are needed)"
    assert asked == [tmp_path.resolve()]


@pytest.mark.parametrize("name", EMULATORS)
def test_an_emulator_is_in_use_installed_or_absent(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, relative = EMULATORS[name]
    what = f"{name} emulator"
    assert found(what) == Finding(what, False, "not installed; only tests of its adapter use it")
    in_package = executable(tmp_path / "no-sdk" / relative)
    if relative.endswith(".jar"):
        assert not found(what).ok, "there is no Java to run it with"
        executable(tmp_path / "bin" / "java")
    assert found(what).detail == f"{in_package}, not running"
    gcloud = executable(tmp_path / "sdk" / "bin" / "gcloud")
    (tmp_path / "bin" / "gcloud").symlink_to(gcloud)
    assert found(what).detail == f"{in_package}, not running"
    beside_gcloud = executable(tmp_path / "sdk" / "platform" / relative)
    assert found(what) == Finding(what, True, f"{beside_gcloud.resolve()}, not running")
    monkeypatch.setenv(variable, "localhost:1")
    assert found(what) == Finding(what, True, f"in use at localhost:1 ({variable})")


def test_a_server_is_found_on_the_path_or_where_the_system_keeps_it(tmp_path: Path) -> None:
    assert found("Redis").detail == "not installed; only tests of its adapter use it"
    redis = executable(tmp_path / "bin" / "redis-server")
    assert found("Redis") == Finding("Redis", True, f"{redis}, not running")
    assert not found("PostgreSQL").ok
    executable(tmp_path / "postgresql" / "15" / "bin" / "postgres")
    newest = executable(tmp_path / "postgresql" / "17" / "bin" / "postgres")
    assert found("PostgreSQL").detail == f"{newest}, not running"


def test_a_browser_is_named_or_said_to_be_for_tests_only(tmp_path: Path) -> None:
    assert found("browser") == Finding(
        "browser", False, "none found; only tests of the web page use one"
    )
    firefox = executable(tmp_path / "bin" / "firefox")
    assert found("browser") == Finding("browser", True, str(firefox))
    chromium = executable(tmp_path / "bin" / "chromium")
    assert found("browser").detail == str(chromium)


def test_credentials_are_those_named_else_those_of_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = "Google Cloud credentials"
    assert found(what) == Finding(what, False, "none; nothing on one machine needs them")
    default = tmp_path / "home/.config/gcloud/application_default_credentials.json"
    executable(default)
    assert found(what) == Finding(what, True, str(default))
    named = tmp_path / "key.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(named))
    missing = f"GOOGLE_APPLICATION_CREDENTIALS names {named}: no such file"
    assert found(what) == Finding(what, False, missing)
    named.touch()
    assert found(what) == Finding(what, True, str(named))


def test_the_command_fails_only_when_something_needed_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5e9))
    well = CliRunner().invoke(main, ["doctor"])
    assert well.exit_code == 0
    lines = well.stdout.splitlines()
    assert lines[0].startswith("ok      Python: ")
    assert "absent  browser: none found; only tests of the web page use one" in lines
    assert not [line for line in lines if line.startswith("MISSING")]
    monkeypatch.setitem(sys.modules, "flask", None)
    ill = CliRunner().invoke(main, ["doctor"])
    assert ill.exit_code == 1
    assert "MISSING package flask: the API; `make setup` installs it" in ill.stdout.splitlines()
