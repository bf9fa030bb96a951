"""Certificates of conformity and their withdrawals: appended, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models

TABLES = ("purchasing_conformity_certificate", "purchasing_conformity_withdrawal")


def _kept(table: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {table}_append_only ON {table}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {table}_not_emptied ON {table}",
        ),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_release_needs'),
        ('purchasing', '0012_supplier_comments'),
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConformityCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('line', models.PositiveIntegerField(help_text='The line of the order.')),
                ('lot', models.CharField(blank=True, help_text='The lot or serial number; empty: goods without lots.', max_length=60)),
                ('quantity', ownstock.journal.fields.QuantityField(help_text='So many stock units it covers.')),
                ('number', models.CharField(help_text='The number that its issuer gave it.', max_length=100)),
                ('document_name', models.CharField(help_text='The name of the document, of ours.', max_length=200)),
                ('document_hash', models.CharField(help_text='SHA-256 of the document, in hexadecimal.', max_length=64)),
                ('document', models.BinaryField(help_text='The document itself.')),
                ('actor', models.CharField(help_text='Who entered it.', max_length=100)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item')),
                ('purchase_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conformity_certificates', to='purchasing.purchaseorder')),
            ],
            options={
                'db_table': 'purchasing_conformity_certificate',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConformityWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('actor', models.CharField(help_text='Who took it out.', max_length=100)),
                ('reason', models.TextField(help_text='Why, in their words.')),
                ('certificate', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='purchasing.conformitycertificate')),
            ],
            options={
                'db_table': 'purchasing_conformity_withdrawal',
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='conformitycertificate',
            index=models.Index(fields=['transaction_id', 'id'], name='conformitycertificate_by_xact'),
        ),
        migrations.AddIndex(
            model_name='conformitycertificate',
            index=models.Index(fields=['item', 'lot'], name='conformity_by_lot'),
        ),
        migrations.AddIndex(
            model_name='conformitycertificate',
            index=models.Index(fields=['purchase_order', 'line'], name='conformity_by_line'),
        ),
        migrations.AddConstraint(
            model_name='conformitycertificate',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='conformity_certificate_covers_something'),
        ),
        migrations.AddIndex(
            model_name='conformitywithdrawal',
            index=models.Index(fields=['transaction_id', 'id'], name='conformitywithdrawal_by_xact'),
        ),
        *(step for table in TABLES for step in _kept(table)),
    ]
