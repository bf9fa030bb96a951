import django.contrib.postgres.fields
from django.db import migrations, models

# Whoever could sign in before there were roles could do all of this.
INTERNAL = ["viewer", "planner", "buyer", "receiver", "controller", "quality", "finance", "admin"]


class Migration(migrations.Migration):
    dependencies = [("access", "0004_key_scopes")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                default=list,
                help_text="What the person is here for (`Role`).",
                size=None,
            ),
        ),
        migrations.RunSQL(
            "UPDATE access_user SET roles = ARRAY[" + ", ".join(f"'{role}'" for role in INTERNAL) + "]",
            migrations.RunSQL.noop,
        ),
    ]
