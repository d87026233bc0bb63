# Every verb works on a fresh checkout: it first sets up what it needs, and does nothing the second time.
.DEFAULT_GOAL := help
.PHONY: help run demo test check faults bench proto fmt clean python servers browser lint types rules contract generated manifests promtool

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.venv-tools/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv

CODE := libs services tests tools conftest.py $(if $(wildcard bench/*.py),bench)
SPREAD := -n 2 --dist loadfile
# Stories have the machine to themselves; fault rows and house rules have verbs of their own.
ELSEWHERE := --ignore=tests/stories --ignore=tests/faults --ignore=tests/architecture --ignore=tests/deploy

help: ## show these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: servers ## start the whole suite with a demo community, play one press, stay up until Ctrl-C
	@exec eldercare up

demo: servers ## play the story once on a running suite, or on one of its own; JSON=1 ends with one JSON line
	@exec eldercare demo $(if $(JSON),--json)

test: servers browser promtool ## every test, against real servers; ARGS="-k words" narrows
	pytest $(SPREAD) $(ELSEWHERE) $(ARGS)
	pytest tests/stories $(ARGS)

check: lint types contract generated rules manifests ## format, lint, types, rules of the house, contract, stale generated files, manifests

faults: servers ## the fault matrix: ROWS=1,4 chooses, SEEDS=n repeats, SEED=n replays, WINDOW=s shortens, LOAD=0.1 lightens, PLOTS=DIR instead of build/faults
	$(if $(ROWS),,pytest tests/simulation -n 2 --timelines 10000 -k every_promise)
	pytest tests/faults $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SEED),--seed $(SEED)) $(if $(ROWS),--rows $(ROWS)) $(if $(WINDOW),--window $(WINDOW)) $(if $(LOAD),--load $(LOAD)) $(if $(PLOTS),--plots $(PLOTS)) $(ARGS)

bench: servers ## measure every path beside its floor: QUICK=1, JSON=FILE, ONLY="hop export"; GROW=1: what it costs as the work grows
	python -m bench $(if $(QUICK),--quick) $(if $(JSON),--json $(JSON)) $(if $(GROW),--grow) $(if $(ONLY),--only $(ONLY))

proto: python ## regenerate libs/contracts, docs/events.md, docs/access.md and docs/metrics.md
	@python -m tools.proto
	@python -m tools.event_docs
	@python -m tools.access_docs
	@python -m tools.metric_docs

fmt: python ## format Python and protos, apply safe fixes
	ruff format
	ruff check --fix
	buf format --write protos

clean: ## remove caches, build output and .run/
	-@test ! -x .venv/bin/eldercare || .venv/bin/eldercare down
	rm -rf build .run .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +

lint: python
	ruff format --check
	ruff check
	buf format --diff --exit-code protos

types: python
	mypy $(CODE)

contract: python
	python -m tools.contract lint
	python -m tools.contract breaking

generated: python
	uv lock --check --quiet
	python -m tools.proto --check
	python -m tools.event_docs --check
	python -m tools.access_docs --check
	python -m tools.metric_docs --check

rules: python
	pytest -q tests/architecture

manifests: python
	pytest -q tests/deploy

python:
	@tools/setup python

servers: python
	@tools/setup servers

browser: python
	@tools/setup browser

promtool: python
	@tools/setup promtool
