# Two commands matter: `make demo` and `make test`. Each installs what it needs.
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
WORKERS ?= auto
ADAPTERS := litellm langchain agents

.PHONY: demo test test-adapters $(ADAPTERS:%=test-%) check bench docs dist clean
.PHONY: train-speech train-voice train-face train-words

demo: .venv/base  ## read the bundled examples; print the timeline and write a report
	@mkdir -p out
	$(BIN)/mien read examples/scene.ogg examples/portrait.jpg examples/chat.json --out out/demo.html
	@echo "The scene's voices are synthetic (examples/README.md)."
	@echo "The report: $(CURDIR)/out/demo.html"

test: .venv/test  ## all tests, in parallel
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-adapters: $(ADAPTERS:%=test-%)  ## the guard in other people's frameworks, each in an environment of its own

$(ADAPTERS:%=test-%): test-%: .venv-%/ready
	$(subst .venv,.venv-$*,$(BIN))/python -m pytest -p no:cacheprovider tests/adapters

check: .venv/check  ## style, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/bench  ## tables of ratios, side by side
	$(BIN)/python -m benchmarks.read

docs: .venv/docs
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html

dist: .venv/build
	$(BIN)/python -m build --wheel --sdist --outdir dist .

train-speech train-voice train-face train-words: train-%: .venv/train  ## data to weights; ARGS=... are its options
	$(BIN)/python -m training.$* $(ARGS)

clean:
	rm -rf .venv $(ADAPTERS:%=.venv-%) dist out docs/_build

# One environment; each stamp adds a dependency group to it.
.venv/base: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Mien needs Python 3.11 or newer: make demo PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/%: .venv/base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group $*
	@touch $@

# Frameworks do not agree on versions, so each has an environment of its own.
.venv-%/ready: pyproject.toml
	test -x $(subst .venv,.venv-$*,$(BIN))/python || $(PYTHON) -m venv .venv-$*
	$(subst .venv,.venv-$*,$(BIN))/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(subst .venv,.venv-$*,$(BIN))/python -m pip install --quiet --disable-pip-version-check --editable . --group test-$*
	@touch $@
