"""Lines keep the day they ask for; orders know what was sent last; answers know which revision they are for."""

from django.db import migrations, models
import django.db.models.deletion

STATES = ["draft", "approved", "placed", "acknowledged", "part_received", "received", "closed", "cancelled"]
OUTCOMES = ["applied", "older_revision", "overtaken", "nothing_open", "too_much"]
FILL_DAYS = """
UPDATE purchasing_order_line SET requested_on = asked.day
FROM (SELECT line_id, min(requested_on) AS day FROM purchasing_delivery GROUP BY line_id) AS asked
WHERE asked.line_id = purchasing_order_line.id
"""
FILL_SENT = "UPDATE purchasing_purchase_order SET sent_revision = 1 WHERE placed_at IS NOT NULL"


class Migration(migrations.Migration):

    dependencies = [
        ('purchasing', '0002_order_number'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='requested_on',
            field=models.DateField(help_text='The day asked for in this revision.', null=True),
        ),
        migrations.RunSQL(FILL_DAYS, migrations.RunSQL.noop),
        # A table with pending trigger events cannot be altered in the same transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AlterField(
            model_name='orderline',
            name='requested_on',
            field=models.DateField(help_text='The day asked for in this revision.'),
        ),
        migrations.AddField(
            model_name='orderrevision',
            name='reason',
            field=models.TextField(blank=True, default='', help_text="Why it replaces the one before, in the actor's words."),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='purchaseorder',
            name='sent_revision',
            field=models.PositiveIntegerField(help_text='The number of the revision that was sent last; a newer one waits to be sent.', null=True),
        ),
        migrations.AddField(
            model_name='purchaseorder',
            name='is_invoiced',
            field=models.BooleanField(default=False, help_text='Whether all that came has been invoiced.'),
        ),
        migrations.AddField(
            model_name='purchaseorder',
            name='merged_into',
            field=models.ForeignKey(help_text='The order that took over its lines.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='purchasing.purchaseorder'),
        ),
        migrations.RunSQL(FILL_SENT, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AlterField(
            model_name='purchaseorder',
            name='state',
            field=models.CharField(choices=[(state, state) for state in STATES], max_length=14),
        ),
        migrations.RemoveConstraint(
            model_name='purchaseorder',
            name='purchase_order_state_known',
        ),
        migrations.AddConstraint(
            model_name='purchaseorder',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', STATES)), name='purchase_order_state_known'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='revision',
            field=models.PositiveIntegerField(default=1, help_text='The number of the revision that it answers.'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='outcome',
            field=models.CharField(choices=[(outcome, outcome) for outcome in OUTCOMES], default='applied', help_text='Whether it changed the order, or why not.', max_length=20),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='written_at',
            field=models.DateTimeField(help_text='When the supplier wrote it, where it says so.', null=True),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', OUTCOMES)), name='acknowledgement_outcome_known'),
        ),
    ]
