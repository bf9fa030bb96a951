"""The one business this database belongs to."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO catalog_company (id, name, currency) VALUES (1, 'My company', 'EUR')",
            "DELETE FROM catalog_company",
        )
    ]
