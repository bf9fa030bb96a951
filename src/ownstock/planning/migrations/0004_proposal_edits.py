"""Edits of proposals: appended, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models


TABLE = "planning_proposal_edit"


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
        ('planning', '0003_supplier_switches'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProposalEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('proposed_quantity', ownstock.journal.fields.QuantityField(help_text='What the engine proposed then.')),
                ('quantity', ownstock.journal.fields.QuantityField(help_text='What the person set.')),
                ('proposed_cost', ownstock.journal.fields.QuantityField(help_text='Expected cost of the proposed quantity.')),
                ('expected_cost', ownstock.journal.fields.QuantityField(help_text='Expected cost of the quantity that was set.')),
                ('input_hash', models.BinaryField(help_text="The proposal's inputs then; others: the edit was of other inputs.")),
                ('reason_code', models.CharField(choices=[('more_demand', 'more_demand'), ('less_demand', 'less_demand'), ('supplier', 'supplier'), ('price', 'price'), ('cash', 'cash'), ('space', 'space'), ('minimum', 'minimum'), ('shelf_life', 'shelf_life'), ('wrong_input', 'wrong_input'), ('other', 'other')], help_text='Why, of a short list.', max_length=20)),
                ('reason', models.TextField(blank=True, help_text='Why, in their words.')),
                ('actor', models.CharField(max_length=100)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='edits', to='planning.proposal')),
            ],
            options={
                'db_table': 'planning_proposal_edit',
                'abstract': False,
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='proposaledit_by_xact'), models.Index(fields=['proposal', '-id'], name='proposal_edit_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='proposal_edit_quantity_positive'), models.CheckConstraint(condition=models.Q(('reason_code__in', ['more_demand', 'less_demand', 'supplier', 'price', 'cash', 'space', 'minimum', 'shelf_life', 'wrong_input', 'other'])), name='proposal_edit_reason_known')],
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
