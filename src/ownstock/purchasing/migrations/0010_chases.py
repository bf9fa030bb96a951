"""Reminders to suppliers, and when an order was sent last."""

from django.db import migrations, models
import django.db.models.deletion
import django.db.models.functions.datetime

import ownstock.journal.fields

TABLE = "purchasing_chase"
FILL_SENT = "UPDATE purchasing_purchase_order SET sent_at = placed_at WHERE placed_at IS NOT NULL"


class Migration(migrations.Migration):

    dependencies = [
        ('purchasing', '0009_invoices'),
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='purchaseorder',
            name='sent_at',
            field=models.DateTimeField(help_text='When the revision that was sent last was sent.', null=True),
        ),
        migrations.RunSQL(FILL_SENT, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Chase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('number', models.PositiveIntegerField(help_text='For which time, counted from 1.')),
                ('revision', models.PositiveIntegerField(help_text='The number of the revision that was sent last.')),
                ('sentences', models.JSONField(help_text='What was overdue, in sentences.')),
                ('actor', models.CharField(max_length=100)),
                ('purchase_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chases', to='purchasing.purchaseorder')),
            ],
            options={
                'db_table': 'purchasing_chase',
                'abstract': False,
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='chase_by_xact')],
                'constraints': [models.UniqueConstraint(fields=('purchase_order', 'number'), name='chase_once')],
            },
        ),
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
