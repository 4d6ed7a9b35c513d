# make run    a virtual environment, the packages, the page on http://127.0.0.1:7860
# make check  the first tier, before every commit: format, lint, types, import rules, JavaScript,
#             the unit tests that are not slow
# make test   everything: the same, with slow tests and those over HTTP, in a browser, and parity
#
#   PYTHON=python3.12     another interpreter (3.11 or newer)
#   GPU=1                 TensorFlow's GPU build (Linux, NVIDIA)
#   ARGS="--port 8000"    options of app.py

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
BUILD := $(if $(GPU),gpu,cpu)

# Two processes, and a file's tests in one of them, because models and servers are made once a file.
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder
JAVASCRIPT := tests/javascript
NPM := $(shell command -v npm)

.PHONY: run check test lint javascript install install-dev clean

run: install
	$(BIN)/python app.py $(ARGS)

check: lint javascript
	$(PYTEST) -m "not slow" tests/unit tests/test_repository.py

test: lint javascript
	bash tests/install_browser.sh
	$(PYTEST)

lint: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Biome and tsc come from npm, which nothing else needs.
javascript: install-dev $(if $(NPM),$(JAVASCRIPT)/node_modules)
	$(if $(NPM),$(BIN)/python -m tests.javascript.check,\
		@echo "JavaScript was NOT checked: there is no npm (Node.js 20 or newer)")

$(JAVASCRIPT)/node_modules: $(JAVASCRIPT)/package-lock.json
	npm ci --prefix $(JAVASCRIPT) --no-audit --no-fund
	touch $@

install: $(VENV)/installed-$(BUILD)

install-dev: $(VENV)/installed-dev

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed-cpu: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	touch $@

# Both builds of TensorFlow are one package under two names, so only one may be there.
$(VENV)/installed-gpu: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip uninstall --quiet --yes tensorflow-cpu
	sed 's/^tensorflow-cpu==\([^;]*\);.*/tensorflow[and-cuda]==\1/; /sys_platform == "darwin"/d' \
		requirements.txt > $(VENV)/requirements-gpu.txt
	$(PIP) -r $(VENV)/requirements-gpu.txt
	touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed-cpu
	$(PIP) -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) $(JAVASCRIPT)/node_modules
