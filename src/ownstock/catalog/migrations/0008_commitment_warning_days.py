from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0007_exchange_rates"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="commitment_warning_days",
            field=models.PositiveIntegerField(
                default=90,
                help_text="People are warned so many days before the end of a commitment that will be missed.",
            ),
        ),
    ]
