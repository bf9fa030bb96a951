"""Order numbers count up; a number once taken is never given again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE purchasing_order_number", "DROP SEQUENCE purchasing_order_number"),
    ]
