# make serve   the workbench in a browser        make test    all tests
# make serve-class  the same for a class: to all who reach this machine, in a process for each core (PROCESSES=)
# make check   linter and type checker           make compat  Norse's own tests, run on snnlab
# make nightly what is exhaustive: every preset, thousands of values, long waits, and `make soak`
# make soak    what is promised to a class, measured: half an hour, or ten minutes with SOAK=--short
# make clean   back to a fresh checkout          make test-triton   CUDA kernels, without a GPU
# make against exported scripts, run by Brian2 and Norse
# make test-oldest  floors 0-4 with the oldest torch that is allowed (some 5 GB)
# make renew   the files that are printed from definitions: stubs, schema, README's table
# make gpu     five minutes on a machine with a GPU: its tests, and how long runs take (PYTHON=: one that has torch)
PYTHON  ?= python3
PORT    ?= 5006
PROCESSES ?= $(shell nproc 2>/dev/null || echo 2)
ADDRESS ?= localhost
VENV   := .venv
BIN    := $(VENV)/bin
NORSE  := $(VENV)/norse-1.1.0
OTHERS := $(VENV)/others
OLDEST := $(VENV)/oldest
# The tested set, and its torch alone, beside packages that want others of the rest.
TESTED := constraints.txt
TORCH  := $(shell grep ^torch== $(TESTED))

.PHONY: serve serve-class soak test test-quick test-browser nightly test-triton gpu test-oldest installed check compat against against-quick renew clean
# Two pip runs in one environment must not overlap.
.NOTPARALLEL:

serve: $(VENV)/.installed
	@$(BIN)/python -m snnlab --port $(PORT) --address $(ADDRESS)

serve-class: $(VENV)/.installed
	@$(BIN)/python -m snnlab --port $(PORT) --address 0.0.0.0 --processes $(PROCESSES) --no-browser

# A test starts some processes of Python, each of which would compile all modules again.
test-quick test-browser nightly test-triton test-oldest compat against against-quick: export PYTHONDONTWRITEBYTECODE =

# Those in a browser run alone, for they mostly wait: two at a time, of which each has its own browser and servers. All
# others run before them on every core, with one thread of torch each. `nightly` are the exhaustive ones of both.
test nightly: test-quick test-browser
nightly: test-oldest $(VENV)/.installed-triton
	$(BIN)/python -m pytest -m "nightly and triton" tests/triton
	$(BIN)/python -m benchmarks.soak
nightly: AMONG := nightly and

test-quick: $(VENV)/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal -m "$(AMONG) not browser and not triton"

# They want a Chromium: $CHROMIUM, one in the PATH, or Debian's if we may install it.
test-browser: $(VENV)/.installed-test
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
	if [ "$$BROWSER_TESTS" != 0 ]; then $(BIN)/python -m pytest -n 2 --dist worksteal -m "$(AMONG) browser" tests/apps; fi

soak: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.soak $(SOAK)

# Triton's kernels, in its interpreter and through its compiler, and all else that `make gpu` does: without a GPU.
test-triton: $(VENV)/.installed-triton
	$(BIN)/python -m benchmarks.gpu --rehearse

# With the python that is there, for such a machine may have no network: torch, Triton and NumPy are enough.
gpu:
	$(PYTHON) -m benchmarks.gpu

test-oldest: $(OLDEST)/.installed
	OMP_NUM_THREADS=1 $(OLDEST)/bin/python -m pytest -n auto --maxprocesses 8 --dist worksteal -m "not browser and not triton" \
	    tests/core tests/functional tests/engine tests/symbolic tests/modules tests/models

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	@if command -v tsc >/dev/null; then tsc -p jsconfig.json; else echo "No tsc here: types of JavaScript are not checked."; fi

# torch.compile, which some of these tests use, wants a C++ compiler; it need not look for the instructions of this machine.
compat: export TORCHINDUCTOR_VEC_ISA_OK = 0
compat: $(VENV)/.installed-test | $(NORSE)
	PYTHONPATH=tests/compat:$(NORSE) $(BIN)/python -m pytest -p norse_tests -o addopts="-ra --disable-warnings" \
	    $(NORSE)/norse/torch/functional/test $(NORSE)/norse/torch/functional/adjoint/test $(NORSE)/norse/torch/module/test

# What snnlab exports for other simulators, in an environment of their own: spikes must be the same.
# `against-quick` takes one neuron of each port, with an input of each sort.
against: EVERY := -m "nightly or not nightly"
against against-quick: $(VENV)/.installed-test $(OTHERS)/.installed
	AGAINST_PYTHON=$(OTHERS)/bin/python $(BIN)/python -m pytest $(EVERY) tests/against/other_simulators.py

# What a definition says is printed from it. A file takes the place of the old one when it is there as a whole.
renew: $(VENV)/.installed
	@renew() { \
	    $(BIN)/python -m $$2 >"$$1.new" && mv "$$1.new" "$$1" || { rm -f "$$1.new"; return 1; } \
	}; \
	renew snnlab/models/__init__.pyi "snnlab.models.stubs" && \
	renew snnlab/__init__.pyi "snnlab.models.stubs snnlab" && \
	renew snnlab/models/data/experiment.schema.json "snnlab.models.exchange.schema" && \
	renew docs/neurons.md snnlab.testing.neurons_table && \
	renew README.md "snnlab.functional.table README.md"

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip runs again only when one of these files has changed.
$(VENV)/.installed: pyproject.toml $(TESTED) | $(BIN)/pip
	$(BIN)/python -m pip install -c $(TESTED) -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml $(TESTED) | $(BIN)/pip
	$(BIN)/python -m pip install -c $(TESTED) -e '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-triton: pyproject.toml $(TESTED) $(VENV)/.installed-test | $(BIN)/pip
	$(BIN)/python -m pip install -c $(TESTED) -e '.[test,triton]'
	@touch $@

# All that .ci/run needs: what it runs side by side must not run pip.
installed: $(VENV)/.installed-triton $(OTHERS)/.installed | $(NORSE)

# The lower bound of torch in pyproject.toml, beside the rest of the tested set.
$(OLDEST)/.installed: pyproject.toml $(TESTED) | $(BIN)/pip
	$(BIN)/python -m venv $(OLDEST)
	grep -v -e ^torch== -e ^triton== $(TESTED) > $(OLDEST)/$(TESTED)
	$(OLDEST)/bin/python -m pip install -c $(OLDEST)/$(TESTED) -e '.[test]' \
	    "$$(sed -n 's/.*"\(torch\)>=\([0-9.]*\)".*/\1==\2.*/p' pyproject.toml)"
	@touch $@

# In a folder of its own and without what it depends on: its tests are read from there, its code is never run.
$(NORSE): | $(BIN)/pip
	$(BIN)/python -m pip install --no-deps --target $@ norse==$(NORSE:$(VENV)/norse-%=%)

# Norse on the torch that we have; Brian2 2.9 cannot be imported with numpy 2.4, which it does not say.
$(OTHERS)/.installed: | $(BIN)/pip
	$(BIN)/python -m venv $(OTHERS)
	$(OTHERS)/bin/python -m pip install 'norse==$(NORSE:$(VENV)/norse-%=%)' '$(TORCH)' 'brian2==2.9.*' 'numpy<2.4'
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
