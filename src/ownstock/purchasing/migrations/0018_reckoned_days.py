"""Whether the day of a line of an order was reckoned from the lead time, or typed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('purchasing', '0017_goods_under_way'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='is_day_reckoned',
            field=models.BooleanField(default=False, help_text='Whether that day was reckoned from the lead time, so that it moves on where a draft leaves later.'),
        ),
    ]
