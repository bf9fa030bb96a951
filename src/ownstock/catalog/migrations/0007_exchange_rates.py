from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_supplier_register'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(help_text='ISO 4217.', max_length=3)),
                ('rate', models.DecimalField(decimal_places=8, help_text="In the company's currency.", max_digits=18)),
                ('valid_from', models.DateField()),
            ],
            options={
                'db_table': 'catalog_exchange_rate',
                'constraints': [models.UniqueConstraint(fields=('currency', 'valid_from'), name='exchange_rate_once_a_day'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='exchange_rate_positive')],
            },
        ),
    ]
