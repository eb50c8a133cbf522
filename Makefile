# Every command a newcomer, a developer or CI needs. Only python3 (>= 3.11) and make must be there before;
# the broker tests and `make kafka` also want java (>= 17) and mvn. `make` alone lists the targets.
#
# `make install` builds .venv from a list locked by version and hash. The list is complete, so nothing is resolved
# (--no-deps). A stamp file, older than none of the inputs, makes it a no-op when nothing changed, so every other target can
# depend on it.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
TOOLS := .cache/bin
STAMP := $(VENV)/.installed-dev
BENCH_STAMP := $(VENV)/.installed-bench
LOCK_INPUTS := pyproject.toml requirements/build.in
UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header
TESTS ?= tests
PYTEST_FLAGS ?=
SECONDS ?= 3600
PROCESSES ?= 1

.DEFAULT_GOAL := help
.PHONY: help install demo test check audit soak chaos chaos-short chaos-tools eval bench bench-full kafka service samples findings docs screenshots deploy-tools lock clean

help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 14

install: $(STAMP) ## build .venv from the locked list

# The interpreter: PYTHON if given, else the first of the usual names that is new enough.
$(PY):
	@found=""; \
	for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "make install: no Python >= 3.11 found (python3 is $$(python3 -V 2>&1))." >&2; \
	  echo "Install one, or name it: make install PYTHON=/path/to/python3.12" >&2; exit 1; fi; \
	"$$found" -m venv --clear $(VENV) || { \
	  echo "make install: $$found has no venv module (Debian: apt install python3-venv)." >&2; exit 1; }

$(STAMP): requirements/dev.lock pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "compiling the kernels, once: about a minute"
	$(PY) -m wirecopy.shell.cli.warm
	@touch $@

$(BENCH_STAMP): requirements/bench.lock $(STAMP)
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.lock
	@touch $@

demo: $(STAMP) ## the whole pipeline on sample articles, without Kafka
	@$(PY) -m wirecopy demo

test: $(STAMP) ## all tests; those on a real broker skip, with a message, where java or mvn is missing
	@$(PY) -m tools.kafka jars || if [ "$$WIRECOPY_REQUIRE_BROKER" = 1 ]; then exit 1; else \
	  echo "make test: no Kafka jars, so the tests on a real broker are skipped (they need java >= 17 and mvn)."; fi
	$(PY) -m pytest -n 2 $(PYTEST_FLAGS) $(TESTS)

check: $(STAMP) ## format, lint, types, known vulnerabilities
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	@$(PY) -m tools.audit

audit: $(STAMP) ## known vulnerabilities of the locked dependencies (asks a public service)
	@$(PY) -m tools.audit

soak: $(STAMP) ## simulated seeds and hostile inputs for SECONDS (an hour), in PROCESSES (1); fails on a violation
	$(PY) -m tools.soak --seconds $(SECONDS) --processes $(PROCESSES)

chaos: $(STAMP) ## kills, zombies, broker and network faults on a real broker: half an hour (SEED=n for a plan again)
	$(PY) -m tests.chaos $(if $(SEED),--seed $(SEED)) --json out/chaos.json

chaos-short: $(STAMP) ## the same in some three minutes, as CI runs it
	$(PY) -m tests.chaos --short $(if $(SEED),--seed $(SEED)) --json out/chaos-short.json

chaos-tools: $(STAMP) ## build toxiproxy into .cache/bin for make chaos, which else uses a proxy of its own (needs Go)
	GOBIN=$(CURDIR)/.cache/bin go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0
	mv .cache/bin/server .cache/bin/toxiproxy-server

eval: $(BENCH_STAMP) ## quality on the evaluation sets beside the checkout, with peers
	$(PY) -m tools.evaluate

bench: $(BENCH_STAMP) ## speed and memory beside peers, in minutes; writes docs/benchmarks.md
	$(PY) -m bench.report

bench-full: $(BENCH_STAMP) ## the same at length: ten million articles, two replicas, more repeats
	$(PY) -m bench.report --full

kafka: $(STAMP) ## one real broker on localhost:9092 for use by hand (Ctrl-C stops it)
	$(PY) -m tools.kafka run

service: $(STAMP) ## the service on that broker: its topics, then `wirecopy run` (curl localhost:8080/metrics)
	$(PY) -m wirecopy topics --replication-factor 1 --wait 60
	$(PY) -m wirecopy run

samples: $(STAMP) ## send the sample articles to that broker
	$(PY) -m tools.produce

findings: $(STAMP) ## behaviour of outside software that nobody would guess, run again (minutes; needs Java and Maven)
	$(PY) -m tools.findings

docs: $(STAMP) ## write what is generated: tables of docs/, the records' schemas, the dashboard, the chart's schema, openapi.json
	$(PY) -m tools.generate.tables
	$(PY) -m tools.generate.dashboard
	$(PY) -m tools.generate.chart
	$(PY) -m tools.generate.schemas
	$(PY) -m tools.generate.openapi

screenshots: $(STAMP) ## docs/images/page-*.png, the pages in a real Chromium (WIRECOPY_CHROMIUM or /usr/bin/chromium)
	$(PY) -m tools.screenshots

deploy-tools: $(TOOLS)/kubeconform $(TOOLS)/helm $(TOOLS)/docker-compose ## build helm, kubeconform and compose into .cache/bin for the tests of deploy/ (needs Go)

$(TOOLS)/helm:
	GOBIN=$(CURDIR)/$(TOOLS) go install helm.sh/helm/v3/cmd/helm@v3.22.0

$(TOOLS)/kubeconform:
	GOBIN=$(CURDIR)/$(TOOLS) go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0

$(TOOLS)/docker-compose:
	source=$$(go mod download -json github.com/docker/compose/v2@v2.40.3 \
	  | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])') && \
	  go build -C "$$source" -o $(CURDIR)/$@ ./cmd

lock: ## lock anew from pyproject.toml (needs uv)
	$(COMPILE) $(UPGRADE) $(LOCK_INPUTS) --extra notify --extra registry -o requirements/run.lock  # the image has them
	$(COMPILE) $(UPGRADE) $(LOCK_INPUTS) --extra dev -c requirements/run.lock -o requirements/dev.lock
	$(COMPILE) $(UPGRADE) $(LOCK_INPUTS) --extra dev --extra bench -c requirements/dev.lock -o requirements/bench.lock
	@! grep -nE '://' requirements/*.lock || { echo "a lock file names a host" >&2; exit 1; }

clean: ## remove what the targets above made
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist out
