"""Clauses on orders: appended, never changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models

TABLE = "purchasing_order_clause"


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
        ('catalog', '0012_clauses'),
        ('purchasing', '0013_conformity'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderClause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('lines', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), help_text='The lines that it is for.', size=None)),
                ('clause', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.clause')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clauses', to='purchasing.orderrevision')),
            ],
            options={
                'db_table': 'purchasing_order_clause',
                'abstract': False,
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='orderclause_by_xact')],
                'constraints': [models.UniqueConstraint(fields=('revision', 'clause'), name='order_clause_once')],
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
