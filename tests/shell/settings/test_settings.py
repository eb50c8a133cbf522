"""Laws of the settings: every fault is told at once; a `Settings` that exists is sound."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from wirecopy.__main__ import main
from wirecopy.shell import settings
from wirecopy.shell.options import KafkaOptions, PipelineOptions, TopicNames
from wirecopy.shell.settings import relations


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("WIRECOPY_"):
            monkeypatch.delenv(name)


def faults() -> list[str]:
    with pytest.raises(settings.ConfigFaults) as caught:
        settings.load()
    return caught.value.faults


def test_without_any_source_the_defaults_are_sound_and_are_those_of_the_ports() -> None:
    loaded = settings.load()
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.settings.kafka_options() == KafkaOptions(bootstrap_servers="localhost:9092")
    assert loaded.settings.pipeline_options() == PipelineOptions()
    assert loaded.settings.topics() == TopicNames()


def test_every_option_of_the_ports_is_a_setting() -> None:
    names = set(settings.Settings.model_fields)
    assert {"kafka_" + f.name for f in fields(KafkaOptions) if f.name != "topics"} == {
        name for name in names if name.startswith("kafka_")
    }
    assert {"pipeline_" + f.name for f in fields(PipelineOptions)} == {
        name for name in names if name.startswith("pipeline_")
    }
    assert {"topic_" + f.name for f in fields(TopicNames)} <= names


def test_environment_wins_over_secrets_over_file_over_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "wirecopy.toml"
    file.write_text(
        'window_days = 3\n[kafka]\ngroup_id = "of-file"\nclient_id = "of-file"\nsasl-username = "of-file"\n'
        '[topic]\nraw = ["a", "b"]\n[aliases]\n"edition.cnn.com" = "cnn.com"\n'
    )
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "kafka_client_id").write_text("of-secrets\n")
    (secrets / "wirecopy_kafka_group_id").write_text("of-secrets")
    monkeypatch.setenv("WIRECOPY_CONFIG_FILE", str(file))
    monkeypatch.setenv("WIRECOPY_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("WIRECOPY_KAFKA_GROUP_ID", "of-environment")
    monkeypatch.setenv("WIRECOPY_HTTP_HOST", "")  # as compose writes an unset variable
    loaded = settings.load()
    of = {name: (getattr(loaded.settings, name), loaded.origins[name]) for name in loaded.origins}
    assert of["kafka_group_id"] == ("of-environment", "environment")
    assert of["kafka_client_id"] == ("of-secrets", "secrets directory")
    assert of["kafka_sasl_username"] == ("of-file", "file wirecopy.toml")
    assert of["topic_raw"] == (("a", "b"), "file wirecopy.toml")
    assert of["aliases"] == ({"edition.cnn.com": "cnn.com"}, "file wirecopy.toml")
    assert of["http_host"] == ("0.0.0.0", "default")
    assert loaded.settings.window_ms == 3 * 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTP_PORT", "99999", "less than or equal to 65535"),
        ("HTTP_PORT", "http", "valid integer"),
        ("KAFKA_OFFSET_LOST", "ignore", "'stop', 'earliest' or 'latest'"),
        ("KAFKA_BOOTSTRAP_SERVERS", "broker", "host:port"),
        ("KAFKA_BOOTSTRAP_SERVERS", "a:1,b:99999", "host:port"),
        ("TOPIC_RAW", "bad topic", "not a topic name"),
        ("TOPIC_RAW", ",", "at least 1 item"),
        ("FIELD_BODY", "content..text", "dots between"),
        ("ALIASES", "a=b,c", "a=b, c=d"),
        ("ALIASES", "{", "or a JSON object"),
        ("KAFKA_SSL_CAFILE", "/nowhere/ca.pem", "can read"),
        ("WINDOW_DAYS", "0", "greater than 0"),
        ("WINDOW_DAYS", "nan", "WINDOW_DAYS"),
        ("LOG_LEVEL", "loud", "'DEBUG'"),
        ("PIPELINE_BREAKER_RATIO", "1.5", "less than or equal to 1"),
        ("PIPELINE_IN_FLIGHT_RECORDS_MAX", "4096", "2048"),
        ("HTP_PORT", "1", "did you mean WIRECOPY_HTTP_PORT?"),
        ("TOTALLY_ELSE", "1", "docs/configuration.md"),
        ("CONFIG_FILE", "/nowhere.toml", "TOML"),
        ("SECRETS_DIR", "/nowhere", "not a directory"),
    ],
)
def test_nonsense_is_refused_by_name_and_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv("WIRECOPY_" + name, value)
    found = faults()
    assert len(found) == 1
    assert f"WIRECOPY_{name}" in found[0]
    assert said in found[0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"KAFKA_HEARTBEAT_INTERVAL_MS": "10001", "PIPELINE_FENCED_DELAY_MS": "20000"}, "three heartbeats"),
        (
            {"PIPELINE_REVOKE_TIMEOUT_MS": "18000", "KAFKA_SESSION_TIMEOUT_MS": "20000"},
            "end one heartbeat before",
        ),
        (
            {"PIPELINE_REVOKE_TIMEOUT_MS": "9000", "KAFKA_REBALANCE_TIMEOUT_MS": "12000"},
            "fit into the rebalance",
        ),
        ({"KAFKA_CALL_TIMEOUT_MS": "20000"}, "longer than the client's"),
        ({"KAFKA_TRANSACTION_TIMEOUT_MS": "20000"}, "must not abort"),
        ({"PIPELINE_STOP_TIMEOUT_MS": "4000"}, "graceful stop"),
        ({"KAFKA_LOG_LINGER_MS": "1000", "PIPELINE_OUTCOME_TIMEOUT_MS": "9000"}, "reading fingerprints back"),
        ({"PIPELINE_FENCED_DELAY_MS": "1000"}, "1.5 heartbeats"),
        ({"KAFKA_MAX_POLL_INTERVAL_MS": "20000"}, "poll interval"),
        ({"PIPELINE_RETRY_DELAY_MS": "6000"}, "first delay"),
        ({"PIPELINE_PROGRESS_TIMEOUT_MS": "50000"}, "watchdog"),
        ({"PIPELINE_IN_FLIGHT_RECORDS_MAX": "100"}, "must not hold more"),
        ({"PIPELINE_OUTPUT_RECORD_BYTES_MAX": "1000000"}, "largest raw record"),
        ({"PIPELINE_DEAD_RECORD_BYTES_MAX": "1000000"}, "largest raw record"),
        ({"KAFKA_PRODUCER_REQUEST_BYTES_MAX": "1000000"}, "fit into a request"),
        ({"TOPIC_FINGERPRINTS_RETENTION_DAYS": "29"}, "as long as articles are remembered"),
        ({"TOPIC_DEAD": "articles.raw"}, "its own name"),
        ({"TOPIC_RAW": "a,a"}, "its own name"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "requires a mechanism"),
        ({"KAFKA_SASL_MECHANISM": "oauthbearer", "KAFKA_SECURITY_PROTOCOL": "sasl_ssl"}, "token file"),
        (
            {"KAFKA_SASL_MECHANISM": "plain", "KAFKA_SECURITY_PROTOCOL": "sasl_ssl"},
            "a user and a password",
        ),
    ],
)
def test_a_relation_that_does_not_hold_is_told_once_with_its_values(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv("WIRECOPY_" + name, value)
    found = faults()
    assert len(found) == 1, found
    assert said in found[0]
    assert all(f"WIRECOPY_{name}=" in found[0] for name in given if name in found[0])


def test_certificates_are_looked_for_in_the_secrets_directory_and_need_an_encrypted_protocol(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tls.crt").write_text("certificate")
    (tmp_path / "tls.key").write_text("key")
    monkeypatch.setenv("WIRECOPY_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("WIRECOPY_KAFKA_SSL_CERTFILE", "tls.crt")
    assert [
        said for fault in faults() for said in ("not encrypted", "requires its key") if said in fault
    ] == [
        "not encrypted",
        "requires its key",
    ]
    monkeypatch.setenv("WIRECOPY_KAFKA_SSL_KEYFILE", "tls.key")
    monkeypatch.setenv("WIRECOPY_KAFKA_SECURITY_PROTOCOL", "ssl")
    assert settings.load().settings.kafka_ssl_keyfile == str(tmp_path / "tls.key")


def test_all_faults_are_told_at_once_and_relations_only_of_sound_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WIRECOPY_HTTP_PORT", "-1")
    monkeypatch.setenv("WIRECOPY_HTP_HOST", "x")
    monkeypatch.setenv("WIRECOPY_KAFKA_HEARTBEAT_INTERVAL_MS", "soon")  # so nothing is said of its relations
    monkeypatch.setenv("WIRECOPY_PIPELINE_RETRY_DELAY_MS", "6000")
    assert len(faults()) == 4


def test_the_names_that_kubernetes_puts_beside_a_service_are_no_faults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "WIRECOPY_SERVICE_HOST": "10.0.0.1",
        "WIRECOPY_SERVICE_PORT": "8080",
        "WIRECOPY_SERVICE_PORT_HTTP": "8080",
        "WIRECOPY_PORT": "tcp://10.0.0.1:8080",
        "WIRECOPY_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "WIRECOPY_PORT_8080_TCP_ADDR": "10.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    settings.load()


def test_every_relation_speaks_of_settings_that_exist() -> None:
    for relation in relations.RELATIONS:
        assert set(relation.names) <= set(settings.Settings.model_fields)


def test_no_secret_is_ever_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("WIRECOPY_KAFKA_SASL_PASSWORD", "hunter2-secret")
    monkeypatch.setenv("WIRECOPY_KAFKA_SSL_KEY_PASSWORD", "hunter2-secret")
    assert main(["check-config", "--all"]) == 0
    assert main(["check-config", "--json"]) == 0
    monkeypatch.setenv("WIRECOPY_KAFKA_SASL_MECHANISM", "plain")
    assert main(["check-config"]) == 2
    captured = capsys.readouterr()
    assert "hunter2" not in captured.out + captured.err
    assert "WIRECOPY_KAFKA_SASL_PASSWORD=********  # environment" in captured.out
    assert "hunter2" not in repr(settings.masked("kafka_sasl_password", "hunter2-secret"))


def test_check_config_prints_what_differs_with_its_origin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WIRECOPY_FIELD_BODY", "content.text")
    assert main(["check-config"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "WIRECOPY_FIELD_BODY=content.text  # environment"
    assert len(lines) == 2
    assert main(["check-config", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["WIRECOPY_FIELD_BODY"] == {"value": "content.text", "origin": "environment"}
    assert shown["WIRECOPY_WINDOW_DAYS"] == {"value": "30", "origin": "default"}
