"""Transfers between sites: their tables; numbers that count up; entries that refuse every change."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import ownstock.journal.fields
import ownstock.purchasing.rules.transfers
from django.db import migrations, models

TABLE = "purchasing_transfer_entry"


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_release_days'),
        ('journal', '0002_append_only'),
        ('ledger', '0006_balance_by_item'),
        ('purchasing', '0005_discrepancies'),
    ]

    operations = [
        migrations.CreateModel(
            name='TransferOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('placed', 'placed'), ('part_shipped', 'part_shipped'), ('shipped', 'shipped'), ('part_received', 'part_received'), ('received', 'received'), ('cancelled', 'cancelled')], max_length=14)),
                ('requested_on', models.DateField(help_text='The day on which the target asks for the goods.')),
                ('transit_days', models.PositiveIntegerField(help_text='Days that the goods are on the way.')),
                ('created_by', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('placed_at', models.DateTimeField(null=True)),
                ('source', models.ForeignKey(help_text='The site that sends.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
                ('target', models.ForeignKey(help_text='The site that gets.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
                ('transit', models.ForeignKey(help_text='Where the goods lie while they are on the way.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
            ],
            options={
                'db_table': 'purchasing_transfer_order',
            },
        ),
        migrations.CreateModel(
            name='TransferLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('quantity', ownstock.journal.fields.QuantityField()),
                ('shipped_quantity', ownstock.journal.fields.QuantityField(default=0)),
                ('received_quantity', ownstock.journal.fields.QuantityField(default=0, help_text='What came, damaged or not.')),
                ('lost_quantity', ownstock.journal.fields.QuantityField(default=0, help_text='What left and will never come.')),
                ('cancelled_quantity', ownstock.journal.fields.QuantityField(default=0, help_text='What will not be shipped.')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item')),
                ('transfer_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='purchasing.transferorder')),
            ],
            options={
                'db_table': 'purchasing_transfer_line',
            },
        ),
        migrations.CreateModel(
            name='TransitPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('location', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
                ('target', models.OneToOneField(help_text='The site they go to.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
            ],
            options={
                'db_table': 'purchasing_transit_place',
            },
        ),
        migrations.CreateModel(
            name='TransferEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('shipped', 'shipped'), ('received', 'received'), ('lost', 'lost'), ('cancelled', 'cancelled'), ('taken_back', 'taken_back')], max_length=10)),
                ('shipment_key', models.CharField(blank=True, help_text='The posting that shipped these goods; empty where none were.', max_length=200)),
                ('shipped_change', ownstock.journal.fields.QuantityField(default=0, help_text='So much left, or came back.')),
                ('received_change', ownstock.journal.fields.QuantityField(default=0, help_text='So much came, or was put back on its way.')),
                ('damaged_quantity', ownstock.journal.fields.QuantityField(default=0, help_text='Of what came, so much was damaged and is on hold.')),
                ('lost_change', ownstock.journal.fields.QuantityField(default=0, help_text='So much will never come, or was found.')),
                ('cancelled_change', ownstock.journal.fields.QuantityField(default=0, help_text='So much will not be shipped.')),
                ('moved_on', models.DateField(help_text='The day on which the goods moved, as their site counts days.', null=True)),
                ('expected_on', models.DateField(help_text='When goods that were shipped are expected.', null=True)),
                ('posting_key', models.CharField(blank=True, max_length=200)),
                ('reason', models.TextField(blank=True, help_text="Why, in the actor's words.")),
                ('actor', models.CharField(max_length=100)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('location', models.ForeignKey(help_text='Where the goods lay, or were put.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
                ('lot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.lot')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='purchasing.transferline')),
            ],
            options={
                'db_table': 'purchasing_transfer_entry',
                'indexes': [models.Index(fields=['line', 'id'], name='transfer_entry_by_line'), models.Index(condition=models.Q(('posting_key', ''), _negated=True), fields=['posting_key'], name='transfer_entry_by_posting'), models.Index(fields=['transaction_id', 'id'], name='transfer_entry_by_transaction')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['shipped', 'received', 'lost', 'cancelled', 'taken_back'])), name='transfer_entry_kind_known')],
            },
        ),
        migrations.AddIndex(
            model_name='transferorder',
            index=models.Index(condition=models.Q(('state__in', [ownstock.purchasing.rules.transfers.TransferState['DRAFT'], ownstock.purchasing.rules.transfers.TransferState['PART_RECEIVED'], ownstock.purchasing.rules.transfers.TransferState['PART_SHIPPED'], ownstock.purchasing.rules.transfers.TransferState['PLACED'], ownstock.purchasing.rules.transfers.TransferState['SHIPPED']])), fields=['state'], name='transfer_order_open'),
        ),
        migrations.AddConstraint(
            model_name='transferorder',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'placed', 'part_shipped', 'shipped', 'part_received', 'received', 'cancelled'])), name='transfer_order_state_known'),
        ),
        migrations.AddConstraint(
            model_name='transferorder',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='transfer_order_between_two'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.UniqueConstraint(fields=('transfer_order', 'line'), name='transfer_line_once'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='transfer_line_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.CheckConstraint(condition=models.Q(('cancelled_quantity__gte', 0), ('lost_quantity__gte', 0), ('received_quantity__gte', 0), ('shipped_quantity__gte', 0)), name='transfer_line_totals_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('shipped_quantity'), '+', models.F('cancelled_quantity'))), ('shipped_quantity__gte', django.db.models.expressions.CombinedExpression(models.F('received_quantity'), '+', models.F('lost_quantity')))), name='transfer_line_not_exceeded'),
        ),
        migrations.RunSQL("CREATE SEQUENCE purchasing_transfer_number", "DROP SEQUENCE purchasing_transfer_number"),
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
