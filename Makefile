# make serve   the workbench in a browser        make test    all tests
# make check   linter and type checker           make compat  Norse's own tests, run on snnlab
# make nightly what is exhaustive: every preset, thousands of values, long waits
# make clean   back to a fresh checkout          make test-triton   CUDA kernels, without a GPU
# make against exported scripts, run by Brian2 and Norse
# make renew   the files that are printed from definitions: stubs, schema, README's table
PYTHON ?= python3
PORT   ?= 5006
VENV   := .venv
BIN    := $(VENV)/bin
NORSE  := $(VENV)/norse-1.1.0
OTHERS := $(VENV)/others

.PHONY: serve test nightly test-triton check compat against renew clean
# Two pip runs in one environment must not overlap.
.NOTPARALLEL:

# A page may open its websocket long after it was sent, when many arrive at once: unused sessions live for a minute.
serve: $(VENV)/.installed
	@echo "The workbench opens at http://localhost:$(PORT)/apps (stop it with Ctrl-C)"
	@$(BIN)/panel serve apps/ --setup snnlab/workbench/start.py --port $(PORT) --unused-session-lifetime 60000

# Browser tests want a Chromium: $CHROMIUM, one in the PATH, or Debian's if we may install it. They run alone, and all
# others before them on every core, with one thread of torch each. `nightly` are the exhaustive ones of both.
nightly: AMONG := nightly and
test nightly: $(VENV)/.installed-test
	@found() { \
	    set -- chromium chromium-browser google-chrome; \
	    [ -z "$$CHROMIUM" ] || set -- "$$CHROMIUM"; \
	    for name; do command -v "$$name" >/dev/null 2>&1 && return 0; done; \
	    return 1; \
	}; \
	if ! found && [ -z "$$CHROMIUM" ] && command -v apt-get >/dev/null 2>&1; then \
	    if [ "$$(id -u)" = 0 ]; then as_root="env"; else as_root="sudo -n env"; fi; \
	    if $$as_root true 2>/dev/null; then \
	        echo "No Chromium found: installing Debian's"; \
	        $$as_root apt-get update -q && \
	            $$as_root DEBIAN_FRONTEND=noninteractive apt-get install -q -y chromium; \
	    fi; \
	fi; \
	if ! found; then \
	    echo "No Chromium found$${CHROMIUM:+ at $$CHROMIUM}, and none could be installed."; \
	    if [ "$$CI" = true ]; then exit 1; fi; \
	    echo "The browser tests do NOT run. To run them, install Chromium or set CHROMIUM to its path."; \
	    export BROWSER_TESTS=0; \
	fi; \
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 8 -m "$(AMONG) not browser and not triton" || exit 1; \
	if [ "$$BROWSER_TESTS" != 0 ]; then $(BIN)/python -m pytest -m "$(AMONG) browser"; fi

# Triton's kernels, in its interpreter and through its compiler: without a GPU.
test-triton: $(VENV)/.installed-triton
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 8 -m triton tests/triton

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/mypy

# torch.compile, which some of these tests use, wants a C++ compiler.
compat: $(VENV)/.installed-test | $(NORSE)
	PYTHONPATH=tests/compat:$(NORSE) $(BIN)/python -m pytest -p norse_tests -o addopts="-ra --disable-warnings" \
	    $(NORSE)/norse/torch/functional/test $(NORSE)/norse/torch/functional/adjoint/test $(NORSE)/norse/torch/module/test

# What snnlab exports for other simulators, in an environment of their own: spikes must be the same.
against: $(VENV)/.installed-test $(OTHERS)/.installed
	AGAINST_PYTHON=$(OTHERS)/bin/python $(BIN)/python -m pytest tests/against/other_simulators.py

# What a definition says is printed from it. A file takes the place of the old one when it is there as a whole.
renew: $(VENV)/.installed
	@renew() { \
	    $(BIN)/python -m $$2 >"$$1.new" && mv "$$1.new" "$$1" || { rm -f "$$1.new"; return 1; } \
	}; \
	renew snnlab/models/__init__.pyi "snnlab.models.stubs" && \
	renew snnlab/__init__.pyi "snnlab.models.stubs snnlab" && \
	renew docs/experiment.schema.json "snnlab.models.schema" && \
	renew README.md "snnlab.functional.table README.md"

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip runs again only when pyproject.toml has changed.
$(VENV)/.installed: pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install -e '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-triton: pyproject.toml $(VENV)/.installed-test | $(BIN)/pip
	$(BIN)/python -m pip install -e '.[test,triton]'
	@touch $@

# In a folder of its own and without what it depends on: its tests are read from there, its code is never run.
$(NORSE): | $(BIN)/pip
	$(BIN)/python -m pip install --no-deps --target $@ norse==$(NORSE:$(VENV)/norse-%=%)

# Norse on the torch that we have; Brian2 2.9 cannot be imported with numpy 2.4, which it does not say.
$(OTHERS)/.installed: | $(BIN)/pip
	$(BIN)/python -m venv $(OTHERS)
	$(OTHERS)/bin/python -m pip install 'norse==$(NORSE:$(VENV)/norse-%=%)' 'torch>=2.13,<2.14' 'brian2==2.9.*' 'numpy<2.4'
	@touch $@

# The target is pip, because a venv made without ensurepip has a python and nothing else.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "snnlab needs Python 3.11 or newer, but $(PYTHON) is: $$($(PYTHON) --version 2>&1)"; \
	    echo "Name another one: make PYTHON=/path/to/python3.11 ..."; \
	    exit 1; \
	}
	@$(PYTHON) -m venv $(VENV) || { \
	    echo "$(PYTHON) could not make a virtual environment."; \
	    echo "On Debian and Ubuntu its module is a package of its own: apt-get install python3-venv"; \
	    exit 1; \
	}
