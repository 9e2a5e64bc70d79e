# Everything runs in .venv, made here without root and without system packages.
PYTHONS := python3.11 python3.12 python3.13 python3 python
PY := .venv/bin/python
STAMP := .venv/.ready
# Calls in tests wait more than they compute: four workers more than there are cores, of up to 2.5 GB each.
WORKERS := $(shell most=$$(( $$(nproc 2>/dev/null || echo 2) + 4 )); \
    room=$$(awk '/^MemAvailable/ {print int($$2 / 2500000)}' /proc/meminfo 2>/dev/null); \
    [ -n "$$room" ] && [ "$$room" -lt "$$most" ] && most=$$room; [ "$$most" -lt 2 ] && most=2; echo $$most)
GENERATED := tests/service/test_promises.py tests/storage/test_codec.py tests/storage/test_audit_finds.py tests/understanding/test_parsing.py tests/web/test_api.py tests/web/test_api_fuzz.py

# Fresh pages of memory are dear on virtual machines that lend theirs back to the host: there, large pages and a heap that
# is kept halve the time of a start (17 s to 8.5 s, measured). Elsewhere, and with other C libraries, nothing changes.
HEAP := glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296
KEPT := GLIBC_TUNABLES=$(HEAP):glibc.malloc.top_pad=134217728:glibc.malloc.arena_max=1 PYTHONMALLOC=malloc

# In a fresh clone nothing is compiled, and each of the workers would compile everything beside all the others: one process
# does it before, while mypy has the other core.
COMPILE := test -d tests/__pycache__ || $(PY) -m pytest -q -n 0 --collect-only >/dev/null 2>&1

# What a process compiles of the packages, the next one reads: where this is set, each start takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo run test format proof readme clean

setup: $(STAMP)

# pip keeps what is there already, so a second run after a change of pyproject.toml is quick, too. What is never imported
# is never compiled: of some packages that is most.
$(STAMP): pyproject.toml
	@test -x $(PY) || $(MAKE) --no-print-directory .venv/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --editable ".[demo,ko,dev]"
	@touch $@

.venv/bin/python:
	@for python in $(PYTHONS); do \
	    $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 || continue; \
	    echo "Making .venv with $$($$python --version)"; \
	    $$python -m venv .venv >/dev/null 2>&1 && exit 0; \
	    $$python -m venv --clear --without-pip .venv \
	        && $$python -m pip --python .venv/bin/python install --quiet pip && exit 0; \
	    rm -rf .venv; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 that can make a virtual environment was found on the PATH ($(PYTHONS))." >&2; \
	echo "Install one, for example from python.org, with pyenv, or with: uv python install 3.12" >&2; \
	exit 1

# The story, played in the terminal, then a page with telephones. DEMO_FLAGS=--once ends after the story.
demo: setup
	$(PY) -m ivr demo $(DEMO_FLAGS)

run: setup
	$(PY) -m ivr serve

test: setup
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	@$(COMPILE) & $(KEPT) $(PY) -m mypy; status=$$?; wait; exit $$status
	.venv/bin/lint-imports
	$(KEPT) $(PY) -m pytest -q -n $(WORKERS) --no-loadscope-reorder

format: setup
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

# Kills, storms and measurements: each script under benchmarks/ prints what it saw and exits 1 if a promise broke.
proof: setup
	@status=0; RINGBACK_EFFORT=20 $(KEPT) $(PY) -m pytest -q $(GENERATED) || status=1; \
	for script in benchmarks/*.py; do \
	    [ -e "$$script" ] || continue; \
	    echo "== $$script"; $(PY) $$script || status=1; \
	done; exit $$status

# The settings table of README.md, from the settings themselves.
readme: setup
	$(PY) docs/write_settings_table.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
