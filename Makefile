# make demo          render a project with the default answers, and serve it (PORT=9000: on another port)
# make check         the quick part of the tests
# make test          all of the tests but the rare cases; without a Docker engine those that need one
#                    are skipped, or fail with REQUIRE_CONTAINERS=1
# make test-faults   rare cases, at length
# make lock          renew every requirements*.txt, the rendered project's included
# make release       test updates to this version; then turn Unreleased in CHANGELOG.md into a version,
#                    commit and tag it

PYTHON ?= python3
PORT ?= 8000
VENV = .venv
BIN = $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# One worker a core: each renders its own projects, which takes seconds. Tests that share a stack of
# containers stay together.
PYTEST = $(BIN)/python -m pytest -n auto --dist loadgroup

.PHONY: demo check test test-faults lock release python

demo: python
	@$(PYTHON) tools/demo.py "$(PORT)"

check: $(VENV)/installed
	$(PYTEST) -m "not slow"

test: $(VENV)/installed
	$(PYTEST) -m "not faults"

test-faults: $(VENV)/installed
	$(PYTEST) -m faults

lock: $(VENV)/installed
	$(BIN)/python tools/lock.py

release: $(VENV)/installed
	$(BIN)/python -m pytest -q tests/updates -m "not faults"
	@$(PYTHON) tools/release.py

python:
	@$(PYTHON) -c "import sys; v = sys.version_info; v >= (3, 11) or sys.exit('Python 3.11 or later is needed, and %s is %d.%d: say which to use with make PYTHON=/path/to/python3' % (sys.executable, v[0], v[1]))"

$(VENV)/installed: requirements-test.txt package-lock.json | python
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	$(BIN)/npm ci --silent
	touch $@
