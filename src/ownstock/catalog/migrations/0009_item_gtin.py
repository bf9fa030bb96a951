from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_commitment_warning_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="gtin",
            field=models.CharField(
                blank=True,
                help_text="The number that GS1 gives one stock unit of it, as 14 digits; empty: none.",
                max_length=14,
                null=True,
                unique=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("gtin", None), ("gtin__regex", "^[0-9]{14}$"), _connector="OR"),
                name="item_gtin_is_14_digits",
            ),
        ),
    ]
