"""What a program could do stays open to its key: calls now ask what the pages ask that do the same."""

from django.db import migrations

# Who held the one could do by the API what now takes the others.
GIVEN = {
    "orders:write": ["receipts:write"],
    "invoices:write": ["invoices:approve"],
    "suppliers:write": ["suppliers:decide", "suppliers:admit"],
}


class Migration(migrations.Migration):
    dependencies = [("access", "0005_roles")]

    operations = [
        migrations.RunSQL(
            f"""UPDATE access_api_key SET scopes = scopes || ARRAY['{scope}']::varchar[]
            WHERE revoked_at IS NULL AND '{held}' = ANY (scopes) AND NOT '{scope}' = ANY (scopes)""",
            migrations.RunSQL.noop,
        )
        for held, given in GIVEN.items()
        for scope in given
    ]
