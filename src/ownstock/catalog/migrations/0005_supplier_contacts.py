"""Who of a supplier may sign in."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_release_days'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SupplierContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='catalog.supplier')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='supplier_contact', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'catalog_supplier_contact',
            },
        ),
    ]
