"""Laws of what is deployed: the image runs as nobody and installs by hash; compose, alerts and dashboard
speak only of what exists; and each lint sees a planted fault."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.generate import dashboard
from wirecopy.__main__ import COMMANDS
from wirecopy.shell import settings
from wirecopy.shell.observe import events

ROOT = Path(__file__).parent.parent
DOCKERFILE = ROOT / "deploy/Dockerfile"
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
SERIES = events.series_names() | {"up", "process_resident_memory_bytes", "process_cpu_seconds_total"}


# ---- the image
def instructions(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [
        (word, rest.strip())
        for line in joined.splitlines()
        if line.strip()
        for word, _, rest in [line.partition(" ")]
    ]


def image_faults(text: str) -> list[str]:
    """What is wrong with a Dockerfile, a sentence each."""
    steps = instructions(text)
    last = steps[max(place for place, (word, _) in enumerate(steps) if word == "FROM") :]
    given = dict(last)
    arguments = dict(rest.split("=", 1) for word, rest in steps if word == "ARG" and "=" in rest)
    faults = []
    for _, base in (step for step in steps if step[0] == "FROM"):
        image = base.split()[0]
        image = arguments.get(image.strip("${}"), image) if image.startswith("$") else image
        if not re.search(r":\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$", image):
            faults.append(f"base {image} is not pinned to a full version")
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", given.get("USER", "")):
        faults.append("the last stage must name a numeric user and group other than 0")
    for word in ("ENTRYPOINT", "CMD"):
        if not given.get(word, "").startswith("["):
            faults.append(f"{word} must be in exec form, or SIGTERM reaches a shell")
    if not re.search(r'CMD \["wirecopy", "health"', given.get("HEALTHCHECK", "")):
        faults.append("HEALTHCHECK must be the service's own command")
    if any(word == "ADD" for word, _ in steps):
        faults.append("ADD unpacks and downloads: use COPY")
    for word, rest in steps:
        if word == "RUN" and "pip install" in rest:
            installs = re.findall(r"pip install[^&]*", rest)
            faults += [
                f"not by hash: {i.strip()}"
                for i in installs
                if "--require-hashes" not in i and "--no-deps" not in i
            ]
        if word == "RUN" and re.search(r"\b(curl|wget|apt-get|sudo)\b", rest):
            faults.append(f"reaches out while it is built: {rest[:60]}")
        if word == "COPY" and "--from" not in rest:
            faults += [
                f"copies {source}, which is not there"
                for source in rest.split()[:-1]
                if not (ROOT / source).exists()
            ]
    if "org.opencontainers.image.licenses" not in given.get("LABEL", ""):
        faults.append("labels are missing")
    return faults


def test_the_image_is_pinned_unprivileged_and_installed_by_hash() -> None:
    assert image_faults(DOCKERFILE.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("python:3.13.7-slim-bookworm", "python:latest", "not pinned"),
        ("python:3.13.7-slim-bookworm", "python:3-slim", "not pinned"),
        ("USER 10001:10001", "USER root", "numeric user"),
        ("USER 10001:10001", "USER 0:0", "numeric user"),
        ("USER 10001:10001\n", "", "numeric user"),
        ('ENTRYPOINT ["wirecopy"]', "ENTRYPOINT wirecopy", "exec form"),
        ('CMD ["wirecopy", "health"]', "CMD curl localhost", "own command"),
        ("--require-hashes", "", "not by hash"),
        ("COPY service service", "COPY servce service", "not there"),
        ("COPY service service", "ADD service service", "use COPY"),
        ("WORKDIR /build", "RUN apt-get update", "reaches out"),
    ],
)
def test_the_image_lint_sees_a_planted_fault(find: str, put: str, said: str) -> None:
    text = DOCKERFILE.read_text("utf-8")
    assert find in text
    assert any(said in fault for fault in image_faults(text.replace(find, put)))


def test_the_image_gets_only_what_it_copies() -> None:
    allowed = {
        line[1:]
        for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for word, rest in instructions(DOCKERFILE.read_text("utf-8"))
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert allowed == copied


def test_the_image_has_what_its_commands_need() -> None:
    """`wirecopy notify`, bundles of evidence and `run` with a registry: their extras are in the list that it installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["notify"], *extras["registry"]]
    names = {re.split(r"[^A-Za-z0-9_.-]", one)[0].lower() for one in wanted}
    locked = re.findall(
        r"^([a-z0-9_.-]+)==", (ROOT / "requirements/run.lock").read_text("utf-8"), re.MULTILINE
    )
    assert names <= set(locked)


# ---- compose
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return document


def test_compose_names_settings_commands_and_files_that_exist() -> None:
    known = {settings.variable(name) for name in settings.Settings.model_fields}
    for name, service in compose()["services"].items():
        for variable in service.get("environment", {}):
            assert not variable.startswith("WIRECOPY_") or variable in known, f"{name}: {variable}"
        if service["image"] == "wirecopy" and "command" in service:
            assert service["command"][0] in {command.name for command in COMMANDS}
        for volume in service.get("volumes", []):
            assert (ROOT / volume.split(":")[0]).exists(), f"{name}: {volume}"


def test_compose_pins_its_images_and_publishes_on_this_machine_only() -> None:
    for name, service in compose()["services"].items():
        assert service["image"] == "wirecopy" or re.search(r":v?\d+\.\d+\.\d+$", service["image"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_compose_starts_in_order_and_runs_two_replicas_as_the_image_wants() -> None:
    services = compose()["services"]
    assert "healthcheck" in services["kafka"]
    assert services["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"
    for name in ("wirecopy", "samples", "verdicts"):
        assert services[name]["depends_on"]["topics"]["condition"] == "service_completed_successfully"
    assert services["wirecopy"]["deploy"]["replicas"] == 2
    assert services["wirecopy"]["read_only"] is True
    assert services["wirecopy"]["tmpfs"] == ["/tmp"]
    grace = float(services["wirecopy"]["stop_grace_period"].removesuffix("s"))
    assert grace * 1000 > settings.PIPELINE.stop_timeout_ms


def compose_tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("docker-compose", path=str(ROOT / ".cache/bin")) or shutil.which("docker-compose")
    if tool is None:
        pytest.skip("docker-compose is not installed (`make deploy-tools` builds it with Go)")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("find", "put", "code"), [("", "", 0), ("retries: 12", "retires: 12", 1), ("kafka: {", "kafak: {", 1)]
)
def test_compose_itself_takes_the_file_and_refuses_a_planted_fault(
    tmp_path: Path, find: str, put: str, code: int
) -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert find in text
    (tmp_path / "docker-compose.yml").write_text(text.replace(find, put))
    done = compose_tool("-f", str(tmp_path / "docker-compose.yml"), "config", "-q")
    assert (done.returncode != 0) == bool(code), done.stderr


# ---- alerts and dashboard
def series_of(query: str) -> set[str]:
    bare = re.sub(r'"[^"]*"', "", re.sub(r"(by|on|without)\s*\([^)]*\)", "", query))
    return set(re.findall(r"\b(?:wirecopy_\w+|process_\w+|up)\b", bare))


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_every_alert_uses_series_that_the_service_tells() -> None:
    for alert in alerts():
        used = series_of(alert["expr"])
        assert used, alert["alert"]
        assert used <= SERIES, alert["alert"]


def test_every_alert_has_a_severity_a_summary_and_its_entry_in_the_runbook() -> None:
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text("utf-8"), re.MULTILINE)
    for alert in alerts():
        assert alert["labels"]["severity"] in {"warning", "critical"}
        assert alert["annotations"]["summary"]
        page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
        assert (ROOT / page).is_file()
        assert anchor == alert["alert"].lower()
    assert {alert["alert"] for alert in alerts()} == {
        name for name in headings if name.startswith("Wirecopy")
    }


def dashboard_faults(shown: dict[str, Any]) -> list[str]:
    """What is wrong with a dashboard, a sentence each: the rules of Grafana's own linter that apply here, and
    that every series exists."""
    faults = []
    variables = {variable["name"] for variable in shown["templating"]["list"]}
    taken: set[tuple[int, int]] = set()
    panels = [panel for panel in shown["panels"] if panel["type"] != "row"]
    for panel in panels:
        title, place = panel["title"], panel["gridPos"]
        if not (title and panel.get("description")):
            faults.append(f"panel {panel['id']} has no title or description")
        if panel["fieldConfig"]["defaults"].get("unit", "") == "":
            faults.append(f"{title}: no unit")
        if not panel["targets"]:
            faults.append(f"{title}: no query")
        for query in (target["expr"] for target in panel["targets"]):
            used = series_of(query)
            faults += [f"{title}: {name} is told by nobody" for name in sorted(used - SERIES)]
            if not used:
                faults.append(f"{title}: no series in {query}")
            bare = re.findall(r"(?:wirecopy|process)_\w+\b(?!\{job=\"\$job\")", query)
            faults += [f"{title}: {name} of every job" for name in bare]
            unknown = set(re.findall(r"\$(\w+)", query)) - variables - {"__rate_interval"}
            faults += [f"{title}: ${name} is no variable" for name in sorted(unknown)]
            if "histogram_quantile" in query and not re.search(r"\(le\b", query):
                faults.append(f"{title}: a quantile without le")
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        if cells & taken or place["x"] + place["w"] > dashboard.COLUMNS:
            faults.append(f"{title}: lies over another, or sticks out")
        taken |= cells
    if len({panel["id"] for panel in shown["panels"]}) != len(shown["panels"]):
        faults.append("two panels have one id")
    return faults


def test_the_dashboard_is_current_and_without_faults() -> None:
    assert dashboard.PATH.read_text("utf-8") == dashboard.text(), "run `make docs` and commit what it writes"
    assert dashboard_faults(json.loads(dashboard.PATH.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("wirecopy_ready{", "wirecopy_redy{", "told by nobody"),
        ('wirecopy_ready{job=\\"$job\\"}', "wirecopy_ready", "of every job"),
        ('{job=\\"$job\\"}', '{job=\\"$job\\", pod=\\"$pod\\"}', "$pod is no variable"),
        ('"unit": "short"', '"unit": ""', "no unit"),
        ('"x": 4', '"x": 3', "lies over"),
        ('"id": 2,', '"id": 3,', "one id"),
        ("sum by (le) (", "sum (", "without le"),
    ],
)
def test_the_lint_of_the_dashboard_sees_a_planted_fault(find: str, put: str, said: str) -> None:
    text = dashboard.text()
    assert find in text
    assert any(said in fault for fault in dashboard_faults(json.loads(text.replace(find, put))))


def test_grafana_finds_the_data_source_that_the_dashboard_names() -> None:
    source = yaml.safe_load(
        (ROOT / "deploy/grafana/provisioning/datasources/prometheus.yaml").read_text("utf-8")
    )
    assert [item["uid"] for item in source["datasources"]] == [dashboard.SOURCE["uid"]]


# ---- with Prometheus' own tool
def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_promtool_takes_the_configuration_and_the_alerts_fire_as_their_tests_say() -> None:
    for arguments in (
        ("check", "config", str(ROOT / "deploy/prometheus/prometheus.yml")),
        ("test", "rules", str(ROOT / "deploy/prometheus/alerts.test.yml")),
    ):
        done = promtool(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_refuses_a_planted_fault_in_the_configuration(tmp_path: Path) -> None:
    text = (ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8")
    assert "scrape_configs" in text
    (tmp_path / "prometheus.yml").write_text(text.replace("scrape_configs", "scrape_config"))
    shutil.copy(ALERTS, tmp_path)
    assert promtool("check", "config", str(tmp_path / "prometheus.yml")).returncode == 1


def test_every_alert_is_seen_to_fire() -> None:
    text = (ROOT / "deploy/prometheus/alerts.test.yml").read_text("utf-8")
    assert [alert["alert"] for alert in alerts() if alert["alert"] not in text] == []


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("> 0.05", "> 0.5"),
        ("== 0\n        for: 3m", "== 2\n        for: 3m"),
        ("> 6e9", "> 6e8"),
        ("for: 15m", "for: 0m"),
    ],
)
def test_the_tests_of_the_alerts_see_a_planted_fault(tmp_path: Path, find: str, put: str) -> None:
    text = ALERTS.read_text("utf-8")
    assert find in text
    (tmp_path / "alerts.yml").write_text(text.replace(find, put))
    shutil.copy(ROOT / "deploy/prometheus/alerts.test.yml", tmp_path)
    assert promtool("test", "rules", str(tmp_path / "alerts.test.yml")).returncode == 1
