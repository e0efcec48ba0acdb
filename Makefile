# On an empty clone, with nothing but Python 3.11 or newer, pip and make:
#   make run    sets everything up and prints the report of the example portfolio
#   make test   sets everything up and runs every gate

REPORT ?= report examples/data --as-of 2026-11-22T00:00:00Z --format text --rows all
BENCH ?= -m tests.benchmarks
SECONDS ?= 60
TESTS ?=
JOURNAL ?= :memory:
UPGRADE ?=

# The first interpreter that can set the project up; `make PYTHON=...` names another.
ifndef PYTHON
PYTHON := $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python,\
  $(shell $(name) tools/check_python.py >/dev/null 2>&1 && echo $(name))) python3)
endif

PIP := $(PYTHON) -m pip --disable-pip-version-check --no-input
BIN := .venv/bin
# As many processes as cores; each test stands alone, and what is drawn is the same in any of them.
PYTEST := -m pytest --numprocesses auto --dist worksteal --junit-xml
AGAIN := --hypothesis-profile=again

# An import path or a pyright of the person's own must not decide what is checked.
unexport PYTHONPATH PYTHONHOME
export PYRIGHT_PYTHON_GLOBAL_NODE := 0
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run host test setup lint types typing tests docs build test-wheel test-floors closing \
  format bench fuzz lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: .venv/ready-run ## Set up and print the report of the example portfolio
	@$(BIN)/python -m partnerkpi $(REPORT)

host: .venv/ready-test ## Run the example host on http://127.0.0.1:8000/?by=ada
	$(BIN)/python -m examples.host $(JOURNAL)

test: lint types typing tests docs test-wheel test-floors closing ## Set up and run every gate

setup: .venv/ready-test ## Make the environment with every tool

lint: .venv/ready-test ## Style, format and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/ready-test ## Mypy, and completeness of the public types
	$(BIN)/mypy
	$(BIN)/python tools/check_types.py

typing: .venv/ready-test ## Pyright on right and wrong uses (tests/typing)
	$(BIN)/pyright --pythonpath $(BIN)/python --warnings

tests: .venv/ready-test ## Tests, doctests and branch coverage (make tests TESTS=path for a part)
	@mkdir -p build/coverage
ifeq ($(TESTS),)
	$(BIN)/coverage erase
	$(BIN)/coverage run $(PYTEST) build/tests.xml
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
else
	$(BIN)/python $(PYTEST) build/tests.xml $(TESTS)
endif

docs: .venv/ready-test ## The documentation, into build/docs
	$(BIN)/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going docs build/docs

build: .venv/ready-test ## Source archive and wheel, into dist, checked and reproducible
	$(BIN)/python tools/build.py

test-wheel: build .venv-wheel/ready ## The tests on the built wheel
	$(PIP) --python .venv-wheel/bin/python install -qq --no-deps --no-index --force-reinstall \
	  dist/*.whl
	.venv-wheel/bin/python -c 'import partnerkpi, sys; sys.exit(".venv-wheel" not in partnerkpi.__file__)'
	.venv-wheel/bin/python $(PYTEST) build/wheel.xml $(AGAIN) tests

test-floors: .venv-floors/ready ## The tests on the oldest dependencies allowed
	.venv-floors/bin/python $(PYTEST) build/floors.xml $(AGAIN) tests

closing:
	@$(BIN)/python tools/closing_line.py build/wheel.xml build/floors.xml build/tests.xml

format: .venv/ready-test ## Put every file into format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv-bench/ready ## Benchmarks against other libraries (some minutes)
	.venv-bench/bin/python $(BENCH)

fuzz: ## Search for inputs that break filters (make fuzz SECONDS=600); needs a wheel of atheris
	@if $(MAKE) --no-print-directory .venv-fuzz/ready; \
	then .venv-fuzz/bin/python -m tests.fuzz $(SECONDS); \
	else echo "make fuzz: skipped, as atheris cannot be installed for this Python on this machine"; fi

clean: ## Remove environments and everything built
	rm -rf .venv .venv-bench .venv-floors .venv-fuzz .venv-lock .venv-wheel build dist
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .benchmarks

# Environments: made without pip, filled by the pip of $(PYTHON) with hashed requirements only.

%/bin/python:
	@$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv --without-pip $*

define fill
	$(PIP) --python $(@D)/bin/python install -qq --require-hashes -r $<
endef
define editable
	$(PIP) --python $(@D)/bin/python install -qq --no-deps --no-build-isolation --editable .
endef

.venv/ready-run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(fill)
	$(editable)
	@touch $@

.venv/ready-test: requirements/test.txt pyproject.toml | .venv/bin/python
	$(fill)
	$(editable)
	@touch $@ .venv/ready-run

.venv-wheel/ready: requirements/suite.txt | .venv-wheel/bin/python
	$(fill)
	@touch $@

.venv-floors/ready: requirements/floors.txt pyproject.toml | .venv-floors/bin/python
	$(fill)
	$(editable)
	@touch $@

.venv-bench/ready: requirements/bench.txt pyproject.toml | .venv-bench/bin/python
	$(fill)
	$(editable)
	@touch $@

.venv-fuzz/ready: requirements/fuzz.txt pyproject.toml | .venv-fuzz/bin/python
	$(PIP) --python $(@D)/bin/python install -qq --only-binary atheris --require-hashes -r $<
	$(editable)
	@touch $@

.venv-lock/ready: requirements/lock.txt | .venv-lock/bin/python
	$(fill)
	@touch $@

# Lock files: hashes and no address of any registry. `make lock UPGRADE=--upgrade` takes the newest.

COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header \
  --no-annotate $(UPGRADE)
SUITE := --extra arrow --extra charts --extra fast --extra locales --extra pandas --extra polars \
  --extra progress --extra tables --extra testing --extra xlsx --group suite --group build

lock: .venv-lock/ready ## Solve the requirements anew
	$(COMPILE) pyproject.toml $(SUITE) --group test -o requirements/test.txt
	$(COMPILE) pyproject.toml $(SUITE) -c requirements/test.txt -o requirements/suite.txt
	$(COMPILE) pyproject.toml --extra progress --group build -c requirements/test.txt \
	  -o requirements/run.txt
	$(COMPILE) pyproject.toml $(SUITE) --group bench -c requirements/test.txt \
	  -o requirements/bench.txt
	$(COMPILE) pyproject.toml $(SUITE) --group fuzz -c requirements/test.txt \
	  -o requirements/fuzz.txt
	$(COMPILE) --resolution lowest-direct -c requirements/floors.in pyproject.toml $(SUITE) \
	  -o requirements/floors.txt
	$(COMPILE) --group lock -o requirements/lock.txt
