"""Switches of suppliers: appended, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models

TABLE = "planning_supplier_switch"

class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_exchange_rates'),
        ('planning', '0002_pool'),
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='SupplierSwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('inputs_hash', models.CharField(help_text='The fingerprint of what was decided on; once per supplier.', max_length=64)),
                ('choices', models.JSONField(help_text='Of each item-site the new source; null leaves it where it is.')),
                ('outcome', models.JSONField(help_text='What was cancelled, changed, withdrawn and drafted, and what drafts lack.')),
                ('actor', models.CharField(max_length=100)),
                ('reason', models.TextField()),
                ('supplier', models.ForeignKey(help_text='Whose items were moved.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.supplier')),
            ],
            options={
                'verbose_name_plural': 'supplier switches',
                'db_table': 'planning_supplier_switch',
                'abstract': False,
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='supplierswitch_by_xact')],
                'constraints': [models.UniqueConstraint(fields=('supplier', 'inputs_hash'), name='supplier_switch_once')],
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
