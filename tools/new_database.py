"""The tables of a new database, in one file: `python -m tools.new_database` writes it from the migrations.

A new database takes its tables from `src/ownstock/site/new_database.sql` and goes through those migrations only that
the file does not know yet (docs/decisions/0040).
"""

from __future__ import annotations

import os
import re
import subprocess

import django

from ownstock.site.embedded import binaries
from ownstock.site.embedded.databases import Credentials, Login
from tools.steps import say

# What Django fills in after every migration, from the models as they are then.
FILLED_LATER = ("django_content_type", "auth_permission")
COUNTED_ANEW = "|".join((*FILLED_LATER, "django_migrations"))
# The parts of the ledger are of the months around today: each new database makes its own.
PARTS_OF_MONTHS = "ledger_movement_2*"
PARTS = """SELECT public.ledger_make_partitions((now() AT TIME ZONE 'UTC')::date,
    ((now() AT TIME ZONE 'UTC') + interval '3 months')::date);
"""
HEADING = (
    "-- The tables of a new database, as all migrations make them: `python -m tools.new_database` writes this file.\n\n"
)
REMARK = re.compile(r"^--\n-- .*\n--\n\n", re.MULTILINE)
# Settings of the session that writes, and where sequences are that were not used or are of what is filled in later.
OF_NO_USE = re.compile(
    r"^(SET \w+ = .+;|SELECT pg_catalog\.set_config\('search_path', '', false\);|\\(un)?restrict \w+"
    rf"|SELECT pg_catalog\.setval\('(.+', 1, false|public\.({COUNTED_ANEW})_id_seq', \d+, true)\);)\n\n?",
    re.MULTILINE,
)
APPLIED = re.compile(r"^(INSERT INTO public\.django_migrations) VALUES \(\d+, (.+), '.+'\);\n", re.MULTILINE)


def contents(login: Login) -> str:
    """All tables, functions and rows of a database as statements, the same on every day; owners and rights come after."""
    program = str(binaries.find().folder / "pg_dump")
    command = [program, "--inserts", "--no-owner", "--no-privileges", "--dbname", login.url]
    command += [f"--exclude-table=public.{PARTS_OF_MONTHS}"]
    command += [f"--exclude-table-data=public.{table}" for table in FILLED_LATER]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    _, begin, statements = OF_NO_USE.sub("", REMARK.sub("", dumped)).partition("CREATE ")
    applied = sorted(
        f"{into} (app, name, applied) VALUES ({which}, now());\n" for into, which in APPLIED.findall(statements)
    )
    return HEADING + begin + re.sub("\n{3,}", "\n\n", APPLIED.sub("", statements)) + PARTS + "".join(applied)


def main() -> None:
    """Write the file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ownstock.site.settings")
    django.setup()
    # The models need the settings.
    from django.db import connections

    from ownstock.site import schema
    from ownstock.site.embedded.ephemeral import create_template, ephemeral_server
    from ownstock.site.installation import database

    def fill(credentials: Credentials) -> None:
        connections["default"].settings_dict.update(database(credentials.app.url))
        connections["owner"].settings_dict.update(database(credentials.owner.url))
        schema.apply_migrations()
        connections.close_all()
        schema.NEW_DATABASE.write_text(contents(credentials.owner), encoding="utf-8")

    with ephemeral_server() as server:
        create_template(server, "new_database", fill)
    say(f"{schema.NEW_DATABASE.name} is written.")


if __name__ == "__main__":
    main()
