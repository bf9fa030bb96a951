"""Audit events are appended and never changed; a trigger says so to whoever may try."""

from django.db import migrations

REFUSE_CHANGE = """
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: facts are never changed; post a reversal instead', TG_TABLE_NAME
        USING ERRCODE = 'OS004';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION journal_refuse_change"),
        migrations.RunSQL(
            "CREATE TRIGGER journal_audit_event_append_only BEFORE UPDATE OR DELETE ON journal_audit_event "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
            "DROP TRIGGER journal_audit_event_append_only ON journal_audit_event",
        ),
    ]
