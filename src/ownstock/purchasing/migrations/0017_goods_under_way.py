"""An index of what is under way, for the board of orders."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('purchasing', '0016_order_lists'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('quantity__gt', django.db.models.expressions.CombinedExpression(models.F('received_quantity'), '+', models.F('cancelled_quantity'))), ('shipped_quantity__gt', models.F('received_quantity'))), fields=['line'], name='delivery_under_way'),
        ),
    ]
