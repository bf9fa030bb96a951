"""A line of an order may come of several proposals."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('planning', '0007_item_site_plans'),
        ('purchasing', '0018_reckoned_days'),
    ]

    operations = [
        migrations.AlterField(
            model_name='proposal',
            name='order_line',
            field=models.ForeignKey(help_text='The line that orders it, with others of the same item where drafts were merged.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='purchasing.orderline'),
        ),
    ]
