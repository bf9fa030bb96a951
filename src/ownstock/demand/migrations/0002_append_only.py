"""Numbers that count up, a number once taken never given again; and entries that refuse every change."""

from django.db import migrations

TABLE = "demand_entry"


class Migration(migrations.Migration):
    dependencies = [("demand", "0001_initial"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE demand_line_number", "DROP SEQUENCE demand_line_number"),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {TABLE}_not_emptied ON {TABLE}",
        ),
    ]
