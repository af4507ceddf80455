# jiesu 接诉. Two commands matter: `make demo` and `make test`; both do all the set-up they need.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
PACK ?=
PORT ?= 8501

.PHONY: setup demo test check test-all e2e bench lock names packages clean

setup: $(BIN)/jiesu

# The lock file is the whole truth about dependencies; hashes make a changed download fail.
$(BIN)/jiesu: requirements.lock pyproject.toml
	@echo "准备运行环境 (.venv),首次需要几分钟 …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@find $(CURDIR) -path $(CURDIR)/$(VENV) -prune -o -name '*.nb[ci]' -exec rm -f {} + # kernels compiled from older code
	@touch $@

demo: setup
	@$(BIN)/jiesu demo $(if $(DATA),"$(DATA)") $(if $(PACK),--pack $(PACK)) --port $(PORT)

# Debian packages that only tests need (PostgreSQL, Chromium, fonts); without root they are left out and the tests that need them skip.
packages:
	@.ci/packages

test: setup packages
	@$(BIN)/python -m pytest -n 2 -m "not slow and not e2e" $(ARGS)

# Everything that CI runs, in CI's order.
test-all: test check
	@$(BIN)/python -m pytest -n 2 -m "slow and not e2e"
	@$(BIN)/python -m pytest -m e2e

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

e2e: setup packages
	@$(BIN)/python -m pytest -m e2e $(ARGS)

lock:
	@$(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
		--generate-hashes --strip-extras --allow-unsafe --extra dev -o requirements.lock pyproject.toml

# Fits the reader of personal names again, after its sentences or its signs changed.
names: setup
	@$(BIN)/python -m classify.nametraining --names tests/golden/masking*.jsonl \
		--plain samples/wordings/*.csv tests/golden/urgent*.jsonl tests/golden/tickets.jsonl --places routing/data/packs/*/*.csv

clean:
	@rm -rf $(VENV) .jiesu build dist *.egg-info
