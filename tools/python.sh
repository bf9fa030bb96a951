#!/bin/sh
# Runs its arguments with the newest Python that can carry Ownstock: 3.11 or newer, with venv and ensurepip.
# `make PYTHON=/path/to/python test` names one instead.
fits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
for python in "${PYTHON:-python3.13}" "${PYTHON:-python3.12}" "${PYTHON:-python3.11}" "${PYTHON:-python3}"; do
    # Tried, not looked up: a version switcher's shim is on PATH and still may have nothing behind it.
    if "$python" -c "$fits" >/dev/null 2>&1; then
        exec "$python" "$@"
    fi
done
cat >&2 <<'SENTENCE'
Ownstock needs Python 3.11 or newer with its venv module, and none was found.
    Debian, Ubuntu:  sudo apt-get install python3 python3-venv
    Fedora:          sudo dnf install python3
    macOS:           brew install python@3.13
Then run the same command again, or name one: make PYTHON=/path/to/python3 ...
SENTENCE
exit 1
