# Every command sets up what it needs, from a bare clone: git, make and Python 3.11 or newer are enough.
# docs/how-to/develop.md tells more.

# Whatever the shell says: without bytecode every program compiles all of its packages anew.
unexport PYTHONDONTWRITEBYTECODE

SETUP = @sh tools/python.sh -m tools.setup
PYTHON_HERE = @.venv/bin/python
# A test that waits for what never comes fails, with where it stood, instead of holding up all others.
TESTS = -m pytest --dist loadfile --no-loadscope-reorder --timeout 600
# All tests together wait for a third of their time, for programs and databases: three workers keep two cores busy.
ALL = -n 3
# Those that need no database but for a few pages of the documentation.
QUICK = -n 2 -m 'not slow and not browser' tests/unit tests/docs

.PHONY: help demo serve test check format nightly bench wheel lock upgrade clean

help:
	@echo 'make demo      see Ownstock work on real sales; ends by itself'
	@echo 'make serve     the web application on this machine'
	@echo 'make test      all checks and tests (10 minutes at most)'
	@echo 'make check     the quick ones, while writing (1 minute at most)'
	@echo 'make format    mend the layout of the sources'
	@echo 'make nightly   the long profiles; goes on where it stopped'
	@echo 'make bench     every benchmark'
	@echo 'make wheel     the package, into dist/'
	@echo 'make lock      the locked requirements, after a change of pyproject.toml'
	@echo 'make upgrade   the same, with the newest versions'
	@echo 'make clean     forget the set-up; .data stays'

demo:
	$(SETUP) app
	@.venv/bin/ownstock demo

serve:
	$(SETUP) app
	@.venv/bin/ownstock serve

test:
	$(SETUP) dev
	$(PYTHON_HERE) -m tools.browser
	$(PYTHON_HERE) -m tools.checks .venv/bin/python $(TESTS) $(ALL)

check:
	$(SETUP) dev
	$(PYTHON_HERE) -m tools.checks .venv/bin/python $(TESTS) $(QUICK)

format:
	$(SETUP) dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

nightly:
	$(SETUP) dev
	$(PYTHON_HERE) -m tools.nightly

bench:
	$(SETUP) bench
	$(PYTHON_HERE) -m tools.bench

wheel:
	$(SETUP) build
	$(PYTHON_HERE) -m tools.pages
	$(PYTHON_HERE) -m tools.translations --compile
	$(PYTHON_HERE) -m hatchling build --target wheel --directory dist

lock:
	@sh tools/python.sh -m tools.lock

upgrade:
	@sh tools/python.sh -m tools.lock --upgrade

clean:
	rm -rf .venv .cache dist frontend/node_modules src/ownstock/web/static/web/built
