"""Postings are read in their order also within a transaction."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_balance_by_item'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='posting',
            name='posting_by_transaction',
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['transaction_id', 'id'], name='posting_by_transaction'),
        ),
    ]
