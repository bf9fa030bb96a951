import django.contrib.postgres.fields
from django.db import migrations, models

# Keys that were made before there were scopes could do all of this.
ALL = ["ledger:read", "ledger:post", "planning:read", "orders:read", "orders:write", "imports:write", "audit:read"]


class Migration(migrations.Migration):
    dependencies = [("access", "0003_seal_functions")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), default=list, help_text="What its holder may do.", size=None
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="expires_at",
            field=models.DateTimeField(
                blank=True, help_text="From then on the key is refused; empty in keys of before there was an end.", null=True
            ),
        ),
        migrations.RunSQL(
            "UPDATE access_api_key SET scopes = ARRAY[" + ", ".join(f"'{scope}'" for scope in ALL) + "]",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(condition=models.Q(("scopes__len__gt", 0)), name="key_has_scopes"),
        ),
    ]
