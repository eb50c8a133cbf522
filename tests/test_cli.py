"""Laws of the command line: every command explains itself, loads only what it needs, and says by its exit
code how it went."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wirecopy import __main__ as cli

ROOT = Path(__file__).parent.parent


def wirecopy(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WIRECOPY_")}
    return subprocess.run(
        [sys.executable, "-m", "wirecopy", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=inherited | environment,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("command", [command.name for command in cli.COMMANDS])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: wirecopy {command}" in capsys.readouterr().out


def test_help_names_every_command_and_loads_no_heavy_module() -> None:
    done = wirecopy("--help")
    assert done.returncode == 0
    assert all(re.search(rf"^\s+{command.name}\b", done.stdout, re.MULTILINE) for command in cli.COMMANDS)
    code = "import sys, wirecopy.__main__ as m; m.build_parser(None).format_help(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    ).stdout.split()
    assert not {"numpy", "numba", "aiokafka", "aiohttp", "pydantic", "rich"} & set(loaded)


def test_the_health_probe_loads_no_heavy_module() -> None:
    code = "import sys, wirecopy.__main__ as m; m.main(['health', '--port', '1']); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    ).stdout.split()
    assert not {"numpy", "numba", "aiokafka", "aiohttp", "pydantic", "rich"} & set(loaded)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("scan", "--nonsense"),
        ("replay-dead", "--reason", "bad"),
        ("topics", "--partitions", "0"),
    ],
)
def test_a_wrong_command_line_is_code_2(arguments: tuple[str, ...]) -> None:
    done = wirecopy(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: wirecopy")


@pytest.mark.parametrize("command", ["run", "topics", "replay-dead", "check-config"])
def test_unsound_settings_are_code_2_with_a_sentence_each_and_nothing_starts(command: str) -> None:
    done = wirecopy(command, WIRECOPY_HTTP_PORT="x", WIRECOPY_WINDOW_DAY="1")
    assert done.returncode == 2
    assert not done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert any("WIRECOPY_HTTP_PORT=x" in line for line in lines)
    assert any("did you mean WIRECOPY_WINDOW_DAYS?" in line for line in lines)


@pytest.mark.parametrize("arguments", [("topics",), ("replay-dead",), ("check-config", "--connect")])
def test_a_broker_out_of_reach_is_code_1_with_a_sentence(arguments: tuple[str, ...]) -> None:
    done = wirecopy(*arguments, WIRECOPY_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_is_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from wirecopy.shell.cli import check_config

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(check_config, "main", interrupted)
    assert cli.main(["check-config"]) == cli.EXIT_INTERRUPTED


def test_a_reader_that_has_enough_is_no_fault() -> None:
    done = subprocess.run(
        f"{sys.executable} -m wirecopy check-config --all | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_kernels_are_placed_before_a_command_is_loaded_and_not_for_a_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr("wirecopy.__main__.kernel_cache.prepare", lambda: done.append("prepared"))
    monkeypatch.setattr("wirecopy.__main__.importlib.import_module", done.append)
    with pytest.raises(AttributeError):
        cli.main(["demo"])
    assert done == ["prepared", "wirecopy.shell.cli.demo"]
    done.clear()
    with pytest.raises(AttributeError):
        cli.main(["health"])
    assert done == ["wirecopy.shell.cli.health"]


def test_kernels_of_a_read_only_image_are_copied_to_where_numba_can_use_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wirecopy.shell.cli import kernel_cache

    built = tmp_path / "built"
    (built / "kernels_1").mkdir(parents=True)
    (built / "kernels_1" / "x.nbi").write_bytes(b"index")
    monkeypatch.setenv(kernel_cache.VARIABLE, str(built))
    monkeypatch.setattr(os, "access", lambda *_: True)
    kernel_cache.prepare()
    assert os.environ[kernel_cache.VARIABLE] == str(built)  # writable: left alone
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kernel_cache.prepare()
    own = Path(os.environ[kernel_cache.VARIABLE])
    assert own != built
    assert (own / "kernels_1" / "x.nbi").read_bytes() == b"index"
    assert own.stat().st_mode & 0o077 == 0
