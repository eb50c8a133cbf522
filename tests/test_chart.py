"""Laws of the chart: what it renders is valid Kubernetes, unprivileged, and says what the settings say;
values that the service would refuse are refused before anything is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tools.generate import chart
from wirecopy.shell import settings
from wirecopy.shell.cli.health import PROBES

ROOT = Path(__file__).parent.parent
KUBERNETES = "1.31"
CUSTOM = {"ServiceMonitor", "ScaledObject"}  # kinds of operators: no schema comes with Kubernetes

EVERYTHING = (
    "secretName=wirecopy-kafka",
    "serviceMonitor.enabled=true",
    "serviceMonitor.labels.release=prometheus",
    "autoscaling.enabled=true",
    "settings.window_days=7",
    "settings.topic_raw=articles.a",
    "podAnnotations.team=search",
    "imagePullSecrets[0].name=registry",
    "networkPolicy.scrapeFrom[0].podSelector.matchLabels.app=prometheus",
)


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("helm", path=f"{ROOT / '.cache/bin'}:") or shutil.which("helm")
    if tool is None:
        pytest.skip("helm is not installed (`make deploy-tools` builds it with Go)")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)


def rendered(*values: str) -> list[dict[str, Any]]:
    given = [part for value in values for part in ("--set", value)]
    done = helm("template", "news", str(chart.CHART), "--kube-version", KUBERNETES + ".0", *given)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def of_kind(documents: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [document for document in documents if document["kind"] == kind]
    return found


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = document["spec"]["template"]["spec"]
    return spec


def test_the_schema_of_the_values_is_current() -> None:
    assert chart.PATH.read_text("utf-8") == chart.text(), "run `make docs` and commit what it writes"


def test_every_default_value_is_described() -> None:
    def names(document: dict[str, Any], at: str = "") -> set[str]:
        return {at + key for key in document} | {
            name
            for key, value in document.items()
            if isinstance(value, dict)
            for name in names(value, f"{at}{key}.")
        }

    def described(schema: dict[str, Any], at: str = "") -> set[str]:
        found = set()
        for key, value in schema.get("properties", {}).items():
            found |= {at + key} | described(value, f"{at}{key}.")
        return found

    values = yaml.safe_load((chart.CHART / "values.yaml").read_text("utf-8"))
    free = ("resources.",)  # as in Kubernetes
    assert {name for name in names(values) if not name.startswith(free)} <= described(chart.schema())


def test_the_chart_is_linted() -> None:
    done = helm("lint", "--strict", str(chart.CHART))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "find", "put"),
    [
        ("Chart.yaml", "apiVersion: v2", "apiVersion: v9"),
        ("templates/statefulset.yaml", ".Values.replicas }}", ".Values.replicas }"),
        ("values.yaml", "replicas: ", "replicass: "),
    ],
)
def test_the_lint_sees_a_planted_fault(tmp_path: Path, file: str, find: str, put: str) -> None:
    copy = shutil.copytree(chart.CHART, tmp_path / "wirecopy")
    text = (copy / file).read_text("utf-8")
    assert find in text
    (copy / file).write_text(text.replace(find, put), "utf-8")
    assert helm("lint", "--strict", str(copy)).returncode != 0


@pytest.mark.parametrize(
    "values",
    [
        (),
        EVERYTHING,
        (*EVERYTHING, "autoscaling.trigger=kafka"),
        ("topics.create=false",),
        ("state.size=20Gi", "state.storageClassName=quick"),
    ],
)
def test_what_is_rendered_is_valid_kubernetes(values: tuple[str, ...]) -> None:
    documents = rendered(*values)
    for document in documents:
        if document["kind"] not in CUSTOM:
            kubernetes_validate.validate(document, KUBERNETES, strict=True)
    assert {"StatefulSet", "Service", "PodDisruptionBudget", "NetworkPolicy"} <= {
        d["kind"] for d in documents
    }


def test_the_validator_sees_a_planted_fault() -> None:
    document = of_kind(rendered(), "StatefulSet")
    pod_of(document)["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


# ---- with kubeconform, which reads the rendered text as kubectl would
@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Kubernetes' schemas, of the package that holds them, each made whole: the references in them would be
    looked up on the network."""
    source = (
        Path(kubernetes_validate.__file__).parent / f"kubernetes-json-schema/v{KUBERNETES}.0-local-strict"
    )
    folder = tmp_path_factory.mktemp("kubernetes")
    definitions = json.loads((source / "_definitions.json").read_text("utf-8"))["$defs"]
    for name in ("statefulset-apps-v1", "job-batch-v1", "service-v1", "networkpolicy-networking-v1",
                 "poddisruptionbudget-policy-v1"):  # fmt: skip
        schema = json.loads((source / f"{name}.json").read_text("utf-8"))
        del schema["$id"]
        whole = json.dumps({**schema, "$defs": definitions})
        (folder / f"{name}.json").write_text(whole.replace("/api/_definitions.json#", "#"), "utf-8")
    return f"{folder}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"


def kubeconform(text: str, schemas: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("kubeconform", path=str(ROOT / ".cache/bin")) or shutil.which("kubeconform")
    if tool is None:
        pytest.skip("kubeconform is not installed (`make deploy-tools` builds it with Go)")
    command = [tool, "-strict", "-kubernetes-version", f"{KUBERNETES}.0", "-skip", ",".join(sorted(CUSTOM))]
    return subprocess.run(
        [*command, "-schema-location", schemas, "-"],
        input=text, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("", "", None),
        ("podManagementPolicy:", "podManagmentPolicy:", "podManagmentPolicy"),
        ("maxUnavailable: 1", "maxUnavailable: [1]", "maxUnavailable"),
        ("kind: Job", "kind: Jobs", "could not find schema"),
    ],
)
def test_kubeconform_takes_what_is_rendered_and_refuses_a_planted_fault(
    schemas: str, find: str, put: str, said: str | None
) -> None:
    rendering = helm("template", "news", str(chart.CHART), "--kube-version", KUBERNETES + ".0")
    assert find in rendering.stdout
    done = kubeconform(rendering.stdout.replace(find, put), schemas)
    assert (done.returncode == 0) == (said is None), done.stdout + done.stderr
    assert said is None or said in done.stdout + done.stderr


def test_pods_are_unprivileged_and_write_nowhere_but_to_tmp() -> None:
    for kind in ("StatefulSet", "Job"):
        pod = pod_of(of_kind(rendered(*EVERYTHING), kind))
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] != 0
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            writable = [
                mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")
            ]
            assert writable == ["/tmp"]


def test_settings_reach_the_service_under_names_that_it_knows() -> None:
    known = {settings.variable(name) for name in settings.Settings.model_fields} | {settings.SECRETS_DIR}
    container = pod_of(of_kind(rendered(*EVERYTHING), "StatefulSet"))["containers"][0]
    environment = {item["name"]: item.get("value") for item in container["env"]}
    assert set(environment) <= known
    assert environment["WIRECOPY_WINDOW_DAYS"] == "7"
    assert environment["WIRECOPY_TOPIC_RAW"] == "articles.a"
    assert all(value is None or isinstance(value, str) for value in environment.values())
    probes = {
        container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert probes == {"/" + probe for probe in PROBES}


def test_the_state_lies_on_a_volume_of_the_pods_own_or_nowhere() -> None:
    states = {}
    for size in ("", "20Gi"):
        stateful = of_kind(rendered(f"state.size={size}"), "StatefulSet")
        container = pod_of(stateful)["containers"][0]
        claims = {claim["metadata"]["name"] for claim in stateful["spec"].get("volumeClaimTemplates", [])}
        mounted = {m["mountPath"] for m in container["volumeMounts"] if m["name"] in claims}
        environment = {item["name"]: item.get("value") for item in container["env"]}
        states[size] = environment.get("WIRECOPY_STATE_DIR"), mounted
    assert states == {"": (None, set()), "20Gi": ("/var/lib/wirecopy/state", {"/var/lib/wirecopy"})}


def test_a_pod_has_the_time_to_stop_as_it_was_asked() -> None:
    grace = pod_of(of_kind(rendered(), "StatefulSet"))["terminationGracePeriodSeconds"]
    assert grace * 1000 > settings.PIPELINE.stop_timeout_ms


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("settings.kafka_grup_id=x", "kafka_grup_id"),
        ("settings.kafka_offset_lost=ignore", "kafka_offset_lost"),
        ("settings.window_days=-1", "window_days"),
        ("settings.kafka_sasl_password=secret", "kafka_sasl_password"),
        ("replicas=0", "replicas"),
        ("autoscaling.trigger=cpu", "trigger"),
        ("replica=3", "replica"),
    ],
)
def test_values_that_make_no_sense_are_refused(value: str, said: str) -> None:
    done = helm("template", "news", str(chart.CHART), "--kube-version", KUBERNETES + ".0", "--set", value)
    assert done.returncode != 0
    assert said in done.stderr
