"""The exchange rates by which goods of other currencies are valued."""

import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models

TABLE = "purchasing_receipt_rate"


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
        ('purchasing', '0014_order_clauses'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoiceshare',
            name='exchange_difference',
            field=ownstock.journal.fields.QuantityField(default=0, help_text="What is invoiced, times invoice_rate less receipt_rate; in the company's currency."),
        ),
        migrations.AddField(
            model_name='invoiceshare',
            name='invoice_rate',
            field=models.DecimalField(decimal_places=8, help_text="The exchange rate of the invoice's day.", max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name='invoiceshare',
            name='receipt_rate',
            field=models.DecimalField(decimal_places=8, help_text="The exchange rate that the goods came at; empty: of the company's currency, or not known.", max_digits=18, null=True),
        ),
        migrations.AlterField(
            model_name='invoiceshare',
            name='is_valued',
            field=models.BooleanField(help_text='Whether all that went into the value of the stock; not where an exchange rate is missing.'),
        ),
        migrations.CreateModel(
            name='ReceiptRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('posting_key', models.CharField(help_text='The receipt.', max_length=200)),
                ('posting_line', models.PositiveIntegerField(help_text='The line of the posting that brought it.')),
                ('price', ownstock.journal.fields.QuantityField(help_text='Of one stock unit, by the order, in its currency.')),
                ('rate', models.DecimalField(decimal_places=8, help_text='Of the day on which the goods came.', max_digits=18)),
                ('added', ownstock.journal.fields.QuantityField(help_text='What that added to the standard cost that they were posted at; signed.')),
            ],
            options={
                'db_table': 'purchasing_receipt_rate',
                'abstract': False,
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='receiptrate_by_xact')],
                'constraints': [models.UniqueConstraint(fields=('posting_key', 'posting_line'), name='receipt_rate_once'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='receipt_rate_positive')],
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
