"""Write deploy/helm/wirecopy/values.schema.json: what a value of the chart means and may be.

The settings in it come from the code, so that `helm install` refuses an unknown or unsound setting before a
pod starts. What the chart itself takes is declared here, beside its meaning; a test says when the file is
not current.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wirecopy.shell import settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm/wirecopy"
PATH = CHART / "values.schema.json"

# Given by the chart itself: the port that probes use, a name for each pod, and its volume.
CHARTS_OWN = {"http_port", "http_host", "kafka_group_instance_id", "state_dir"}


def resolved(schema: Any, definitions: dict[str, Any]) -> Any:
    """A JSON Schema without references, titles and defaults; every value may also be written as text."""
    if "$ref" in schema:
        return resolved(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        return {
            "anyOf": [resolved(part, definitions) for part in schema["anyOf"] if part.get("type") != "null"]
        }
    kept = {name: value for name, value in schema.items() if name not in {"title", "default", "secret"}}
    if kept.get("type") in {"array", "object"}:  # in the environment: a, b and a=b
        return {"type": "string", **{name: kept[name] for name in ("description",) if name in kept}}
    return kept


def setting(schema: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    described = {"description": schema["description"]}
    bare = {name: value for name, value in schema.items() if name != "description"}
    return {**resolved(bare, definitions), **described}


def of(kind: str, meaning: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "description": meaning, **more}


def group(meaning: str, **properties: Any) -> dict[str, Any]:
    return of("object", meaning, properties=properties, additionalProperties=False)


def schema() -> dict[str, Any]:
    described = settings.Settings.model_json_schema()
    definitions = described.get("$defs", {})
    known = {
        name: setting(described["properties"][name], definitions)
        for name in settings.Settings.model_fields
        if name not in CHARTS_OWN and not settings.is_secret(name)
    }
    text, count = "string", {"minimum": 1}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart wirecopy",
        **group(
            "Written by `make docs` from tools/generate/chart.py.",
            image=group(
                "The container image.",
                repository=of(text, "Registry and name.", minLength=1),
                tag=of(text, "Unset: the chart's appVersion."),
                pullPolicy=of(text, "As in Kubernetes.", enum=["Always", "IfNotPresent", "Never"]),
            ),
            imagePullSecrets=of("array", "As in Kubernetes.", items={"type": "object"}),
            replicas=of("integer", "Replicas; more than raw partitions are spares.", **count),
            settings=group("Settings of the service. Secrets do not belong here: see secretName.", **known),
            secretName=of(text, "A Secret whose keys are files in WIRECOPY_SECRETS_DIR."),
            staticMembership=of("boolean", "Whether a pod's name is its group.instance.id."),
            topics=group(
                "The job that creates and checks topics.",
                create=of("boolean", "Whether there is one."),
                waitSeconds=of("integer", "How long it waits for the brokers.", minimum=0),
            ),
            state=group(
                "A volume of each pod's own for the index's state (WIRECOPY_STATE_DIR).",
                size=of(
                    text, "Its size, as in Kubernetes; empty: none, a restart reads the fingerprint log."
                ),
                storageClassName=of(text, "Empty: the cluster's default class."),
            ),
            resources=of("object", "As in Kubernetes."),
            terminationGracePeriodSeconds=of("integer", "More than pipeline_stop_timeout_ms.", **count),
            startup=group(
                "The startup probe.",
                minutesMax=of("integer", "How long reading the fingerprint log may take.", **count),
            ),
            **operations(),
            nodeSelector=of("object", "As in Kubernetes."),
            tolerations=of("array", "As in Kubernetes.", items={"type": "object"}),
            affinity=of("object", "As in Kubernetes."),
            podAnnotations=of("object", "Annotations of the pods."),
        ),
    }


def operations() -> dict[str, Any]:
    """Evictions, network, metrics, autoscaling."""
    text, count = "string", {"minimum": 1}
    return {
        "podDisruptionBudget": group(
            "How many replicas an eviction may take at a time.",
            maxUnavailable=of("integer", "Replicas.", minimum=0),
        ),
        "networkPolicy": group(
            "Who may speak with the pods, and with whom they may.",
            enabled=of("boolean", "Whether there is one."),
            kafkaPorts=of("array", "Ports of the brokers.", items={"type": "integer"}, minItems=1),
            scrapeFrom=of("array", "Peers that may read metrics; none: all.", items={"type": "object"}),
        ),
        "serviceMonitor": group(
            "For the Prometheus operator.",
            enabled=of("boolean", "Whether there is one."),
            interval=of(text, "Time between scrapes."),
            labels=of("object", "Labels by which your Prometheus chooses it."),
        ),
        "autoscaling": group(
            "By KEDA, on the lag.",
            enabled=of("boolean", "Whether there is a ScaledObject; then `replicas` is not used."),
            trigger=of(text, "Where the lag is read.", enum=["prometheus", "kafka"]),
            prometheusAddress=of(text, "For the trigger prometheus."),
            replicasMin=of("integer", "At least.", **count),
            replicasMax=of("integer", "At most; no more than raw partitions.", **count),
            lagPerReplica=of("integer", "Records that one replica may have waiting.", **count),
        ),
    }


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    PATH.write_text(text(), "utf-8")


if __name__ == "__main__":
    main()
