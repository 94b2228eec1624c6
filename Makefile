PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait for servers, files and each other a fifth of their time: a worker more than cores.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(min(8, (os.cpu_count() or 1) + 1))")
.DEFAULT_GOAL := help

.PHONY: help setup run test lint bench soak kills docs snowflake-check lock refresh-reference clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

# One stamp for the whole environment: made again when the lock or the package metadata changes.
$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))" || \
		{ echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13: make setup PYTHON=python3.12, for one" >&2; exit 1; }
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "installing the environment into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

profiles.yml:
	@cp profiles.example.yml profiles.yml

setup: $(VENV)/.installed profiles.yml ## make .venv with everything pinned, and profiles.yml

run: setup ## a company world, loaded, built and explained, on the embedded DuckDB
	@$(BIN)/gtm demo
	@printf '\nWhich made-up statements about those rows get past the check\n\n'
	@$(BIN)/python -m bench.lies
	@printf '\nWhat language work would cost a month, on paper\n\n'
	@$(BIN)/python -m bench.llm_costs

test: setup ## lint, types, unit tests, scenarios, dbt tests, both engines
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: setup ## ruff, mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: setup ## measure the intent core on 10 M events (about five minutes)
	@$(BIN)/python -m bench.intent

soak: setup ## every fault against every connector, with several seeds (an hour and a half)
	@GTM_SOAK_SEEDS="$${GTM_SOAK_SEEDS:-1 2 3}" $(BIN)/python -m pytest -q -s tests/scenarios/test_bad_days.py

kills: setup ## kill an apply at 300 random steps and hold what comes of it against one left alone
	@GTM_KILLS="$${GTM_KILLS:-300}" $(BIN)/python -m pytest -q -s tests/python/activate/test_sync_killed.py

docs: setup ## dbt's documentation site into target/
	@$(BIN)/dbt docs generate --quiet && echo "open target/index.html, or run: .venv/bin/dbt docs serve"

snowflake-check: setup ## build on the Snowflake emulator and compare every mart with DuckDB
	@$(BIN)/python -m pytest -q -s tests/scenarios/test_parity.py

refresh-reference: setup ## rewrite seeds/reference from the installed lists
	@$(BIN)/gtm refresh-reference

# Nobody who sets this up has to have a compiler: what has no wheel for one of these is refused.
PLATFORMS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu aarch64-apple-darwin

lock: setup ## resolve the lock files again from pyproject.toml, and see that every platform has wheels
	@$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra dev --extra sandbox pyproject.toml -o requirements-dev.lock
	@for platform in $(PLATFORMS); do for version in 3.11 3.12 3.13; do \
		MACOSX_DEPLOYMENT_TARGET=14.0 $(BIN)/uv pip install --quiet --dry-run --no-deps --only-binary :all: --target target/wheels \
			--python-platform $$platform --python-version $$version -r requirements-dev.lock || exit 1; \
	done; done

clean: ## remove the environment, the warehouse file and everything made
	@rm -rf $(VENV) target logs warehouse.duckdb* world .pytest_cache .ruff_cache .mypy_cache
