"""What was last counted of a large company's data."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0004_set_ups'),
    ]

    operations = [
        migrations.CreateModel(
            name='HealthCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('figures', models.JSONField(help_text='By their names; money and quantities as texts.')),
                ('counted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it was counted.')),
            ],
            options={
                'db_table': 'exchange_health_count',
            },
        ),
    ]
