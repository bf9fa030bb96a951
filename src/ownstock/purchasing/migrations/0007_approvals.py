"""Approval limits, and approvals that refuse every change."""

from django.db import migrations, models
import django.db.models.deletion
import django.db.models.functions.datetime

import ownstock.journal.fields

TABLE = "purchasing_order_approval"
ROLES = ["viewer", "planner", "buyer", "receiver", "controller", "quality", "finance", "admin"]


class Migration(migrations.Migration):

    dependencies = [
        ('purchasing', '0006_transfers'),
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApprovalLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[(role, role) for role in ROLES], help_text='Whose limit it is.', max_length=10)),
                ('approves_up_to', ownstock.journal.fields.QuantityField(help_text="Orders of others, in the company's currency; empty: none.", null=True)),
                ('places_alone_up_to', ownstock.journal.fields.QuantityField(help_text="Orders of their own, without anybody's approval.", null=True)),
                ('set_by', models.CharField(help_text='Who set it, as a key.', max_length=100)),
                ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it was set.')),
                ('confirmed_by', models.CharField(blank=True, help_text='Somebody else; empty: not yet in force.', max_length=100)),
                ('confirmed_at', models.DateTimeField(help_text='From then on it holds.', null=True)),
            ],
            options={
                'db_table': 'purchasing_approval_limit',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('set_by')), _negated=True), name='approval_limit_by_two'),
                    models.CheckConstraint(condition=models.Q(models.Q(('approves_up_to', None), ('approves_up_to__gte', 0), _connector='OR'), models.Q(('places_alone_up_to', None), ('places_alone_up_to__gte', 0), _connector='OR')), name='approval_limit_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OrderApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approver', models.CharField(help_text='Who approved it, as a key.', max_length=100)),
                ('role', models.CharField(help_text='By whose limit.', max_length=10)),
                ('limit', ownstock.journal.fields.QuantityField(help_text="What that role may approve, in the company's currency.")),
                ('amount', ownstock.journal.fields.QuantityField(help_text="What was judged, in the company's currency: this order and those it belongs to.")),
                ('content_hash', models.BinaryField(help_text='SHA-256 of the revision as it was approved.')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='purchasing.orderrevision')),
            ],
            options={
                'db_table': 'purchasing_order_approval',
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='order_approval_by_transaction')],
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
