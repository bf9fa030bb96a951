from django.db import migrations, models

# What was raised before and tells of something that happened once.
CLOSABLE = (
    "after_cancellation", "answer_after_cancellation", "answer_conflict", "inbound_conflict", "inbound_too_large",
    "invoice_conflict", "invoice_duplicate", "line_held", "line_incomplete", "line_not_wanted", "line_rejected",
    "line_short", "line_substituted", "line_unanswered", "line_without_date", "notice_cancelled", "notice_cancelled_order",
    "older_answer", "order_held", "outbox_dead", "promise_lowered", "promised_too_much", "supplier_writes",
    "syntax_rejected", "syntax_unknown",
)  # fmt: skip


def let_people_close(apps, schema_editor):
    alerts = apps.get_model("journal", "Alert").objects.using(schema_editor.connection.alias)
    alerts.filter(cleared_at=None, kind__in=CLOSABLE).update(is_closable=True)


class Migration(migrations.Migration):

    dependencies = [('journal', '0005_outbox_unfinished')]

    operations = [
        migrations.AddField(
            model_name='alert',
            name='is_closable',
            field=models.BooleanField(db_default=False, help_text='Whether a person may close it: it tells what happened, and nothing need end it.'),
        ),
        migrations.RunPython(let_people_close, migrations.RunPython.noop),
    ]
