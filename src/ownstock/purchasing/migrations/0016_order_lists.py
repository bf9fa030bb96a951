"""Indexes for lists of orders: by state, what is open by its day, receipts by day."""

import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0013_order_cut_off'),
        ('purchasing', '0015_rates'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(django.db.models.functions.comparison.Coalesce('announced_on', 'latest_promised_on', 'requested_on'), models.F('line'), condition=models.Q(('quantity__gt', django.db.models.expressions.CombinedExpression(models.F('received_quantity'), '+', models.F('cancelled_quantity')))), name='delivery_open_by_day'),
        ),
        migrations.AddIndex(
            model_name='purchaseorder',
            index=models.Index(fields=['state', 'id'], name='purchase_order_by_state'),
        ),
        migrations.AddIndex(
            model_name='purchaseorder',
            index=models.Index(fields=['ordered_on', 'id'], name='purchase_order_by_day'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(fields=['received_on', 'delivery'], name='receipt_by_day'),
        ),
    ]
