"""Clauses on orders: appended, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models

TABLE = "catalog_clause"


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
        ('catalog', '0011_source_class'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='Its name: `Q-17`.', max_length=40)),
                ('version', models.PositiveIntegerField(help_text='Counts its texts from 1; the newest stands on new orders.')),
                ('text', models.TextField(help_text='What it says.')),
                ('actor', models.CharField(help_text='Who wrote it down.', max_length=100)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
            ],
            options={
                'db_table': 'catalog_clause',
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='clause_by_transaction')],
                'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='clause_version_once'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='clause_says_something')],
            },
        ),
        migrations.CreateModel(
            name='ClauseRequirement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='The clause, in its newest version.', max_length=40)),
                ('category', models.CharField(blank=True, help_text='Empty: items of any category.', max_length=60)),
                ('item', models.ForeignKey(blank=True, help_text='Empty: any item.', null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.item')),
                ('supplier', models.ForeignKey(blank=True, help_text='Empty: all suppliers.', null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.supplier')),
            ],
            options={
                'db_table': 'catalog_clause_requirement',
                'constraints': [models.UniqueConstraint(fields=('code', 'supplier', 'category', 'item'), name='clause_requirement_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('category', ''), ('item__isnull', True), _connector='OR'), name='clause_requirement_one_scope')],
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
