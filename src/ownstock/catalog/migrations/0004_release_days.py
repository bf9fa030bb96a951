from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_materials'),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='release_days',
            field=models.PositiveIntegerField(blank=True, help_text='Days from the receipt until quality releases its goods; empty: goods in quarantine are not counted on.', null=True),
        ),
    ]
