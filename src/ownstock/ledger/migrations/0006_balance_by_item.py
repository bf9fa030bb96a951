"""Balances in an order of their own, so that a list of a million of them goes on from any row. No posting changes it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_materials'),
        ('ledger', '0005_cycle_counts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='balance',
            index=models.Index(fields=['item', 'location', 'id'], name='balance_by_item'),
        ),
        migrations.AlterField(
            model_name='balance',
            name='item',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalog.item'),
        ),
    ]
