"""Sheets for counting in cycles, what was counted, and which class an item is of."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models


TABLE = "ledger_count_entry"
# Class, cumulative share, days between counts, tolerance as a share, in units, in money: where a company begins.
POLICIES = [
    ("A", "0.80", 30, "0.002", 0, 100),
    ("B", "0.95", 90, "0.01", 0, 100),
    ("C", "1", 365, "0.05", 0, 100),
]


def keep_policies(apps, schema_editor):
    names = ["abc_class", "cumulative_share", "every_days", "tolerance_share", "tolerance_units", "tolerance_amount"]
    policy = apps.get_model("ledger", "CountPolicy")
    policy.objects.using(schema_editor.connection.alias).bulk_create(
        policy(**dict(zip(names, values, strict=True))) for values in POLICIES
    )


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_materials'),
        ('journal', '0002_append_only'),
        ('ledger', '0004_partitions'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('abc_class', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], max_length=1, unique=True)),
                ('cumulative_share', models.DecimalField(decimal_places=4, help_text='Items of most value first, they belong to the class until so much of the value of all issues is reached.', max_digits=5)),
                ('every_days', models.PositiveIntegerField(help_text='An item is due again so many days after it was counted.')),
                ('tolerance_share', models.DecimalField(decimal_places=4, help_text='A count may differ by so much of what is expected …', max_digits=5)),
                ('tolerance_units', ownstock.journal.fields.QuantityField(help_text='… or by so many stock units, where that is more …')),
                ('tolerance_amount', ownstock.journal.fields.QuantityField(help_text="… but never by more than this, in the company's currency.")),
            ],
            options={
                'db_table': 'ledger_count_policy',
                'constraints': [models.CheckConstraint(condition=models.Q(('abc_class__in', ['A', 'B', 'C']), ('every_days__gte', 1)), name='count_policy_known'), models.CheckConstraint(condition=models.Q(('cumulative_share__gte', 0), ('cumulative_share__lte', 1)), name='count_policy_share'), models.CheckConstraint(condition=models.Q(('tolerance_amount__gte', 0), ('tolerance_share__gte', 0), ('tolerance_units__gte', 0)), name='count_policy_tolerance')],
            },
        ),
        migrations.CreateModel(
            name='CycleCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('state', models.CharField(choices=[('open', 'open'), ('approved', 'approved'), ('cancelled', 'cancelled')], default='open', max_length=10)),
                ('opened_by', models.CharField(help_text='Who opened it, as a key.', max_length=100)),
                ('opened_at', models.DateTimeField(help_text='What was counted earlier does not count.')),
                ('ended_by', models.CharField(blank=True, help_text='Who approved or cancelled it.', max_length=100)),
                ('ended_at', models.DateTimeField(blank=True, help_text='When it was approved or cancelled.', null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
            ],
            options={
                'db_table': 'ledger_cycle_count',
            },
        ),
        migrations.CreateModel(
            name='CountLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('released', 'released'), ('quarantine', 'quarantine'), ('on_hold', 'on_hold'), ('rejected', 'rejected')], max_length=12)),
                ('abc_class', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], help_text="The item's when it came on the sheet.", max_length=1)),
                ('is_found', models.BooleanField(default=False, help_text='Not on the sheet when it was opened: somebody found goods there.')),
                ('is_whole', models.BooleanField(default=False, help_text='Whether the sheet counts all of the item at the site, so that it is not due again soon.')),
                ('is_open', models.BooleanField(default=True, help_text='Whether it still needs an outcome.')),
                ('counting_round', models.PositiveIntegerField(default=1, help_text='A rejection begins another; counts of earlier ones no longer count.')),
                ('counted_quantity', ownstock.journal.fields.QuantityField(help_text='The count that holds, in stock units.', null=True)),
                ('expected_quantity', ownstock.journal.fields.QuantityField(help_text='What was on hand at the moment of that count, by the record.', null=True)),
                ('counted_at', models.DateTimeField(help_text='When the goods were counted.', null=True)),
                ('unit_cost', ownstock.journal.fields.QuantityField(help_text='Standard cost of one stock unit at the approval.', null=True)),
                ('is_within_tolerance', models.BooleanField(help_text='Whether the first count needed no second one.', null=True)),
                ('reason', models.TextField(blank=True, help_text='Why it differs, or was left out, in the words of who decided.')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item')),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
                ('lot', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.lot')),
                ('cycle_count', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='ledger.cyclecount')),
            ],
            options={
                'db_table': 'ledger_count_line',
            },
        ),
        migrations.CreateModel(
            name='Classification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('abc_class', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], max_length=1)),
                ('issued_value', ownstock.journal.fields.QuantityField(help_text="What went to customers in the year, in the company's currency.")),
                ('classified_on', models.DateField(help_text='The day after the year that was looked at.')),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalog.item')),
                ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
            ],
            options={
                'db_table': 'ledger_classification',
                'constraints': [models.UniqueConstraint(fields=('item', 'site'), name='classification_once')],
            },
        ),
        migrations.CreateModel(
            name='CountEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counting_round', models.PositiveIntegerField()),
                ('quantity', ownstock.journal.fields.QuantityField()),
                ('counted_at', models.DateTimeField(help_text='When the goods were counted.')),
                ('counter', models.CharField(help_text='Who counted, as a key.', max_length=100)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.countline')),
            ],
            options={
                'db_table': 'ledger_count_entry',
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='count_entry_by_transaction')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='count_entry_not_negative')],
            },
        ),
        migrations.AddConstraint(
            model_name='cyclecount',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'approved', 'cancelled'])), name='cycle_count_state_known'),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.UniqueConstraint(fields=('cycle_count', 'line'), name='count_line_once'),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.UniqueConstraint(condition=models.Q(('is_open', True)), fields=('location', 'item', 'lot', 'status'), name='count_line_on_one_open_sheet', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.CheckConstraint(condition=models.Q(('counted_quantity__isnull', True), ('counted_quantity__gte', 0), _connector='OR'), name='count_line_not_negative'),
        ),
        migrations.RunSQL("CREATE SEQUENCE ledger_cycle_count_number", "DROP SEQUENCE ledger_cycle_count_number"),
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
        migrations.RunPython(keep_policies, migrations.RunPython.noop),
    ]
