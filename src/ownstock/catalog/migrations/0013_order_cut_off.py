"""Until when suppliers take orders on their order days."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0012_clauses'),
    ]

    operations = [
        migrations.AddField(
            model_name='agreement',
            name='order_cut_off',
            field=models.TimeField(blank=True, help_text='Until when on such a day orders are taken; empty: as the company says.', null=True),
        ),
        migrations.AddField(
            model_name='agreement',
            name='order_time_zone',
            field=models.CharField(blank=True, help_text="IANA name of the clock that the cut-off goes by; empty: the site's.", max_length=60),
        ),
    ]
