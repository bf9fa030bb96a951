import django.contrib.postgres.fields
import ownstock.journal.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.BigIntegerField(help_text='Its number in the chain, counted from 1.', primary_key=True, serialize=False)),
                ('previous_hash', models.BinaryField(help_text='The hash of the seal before; zeros before the first.')),
                ('hash', models.BinaryField(help_text='SHA-256 of everything else in this row.')),
                ('table_name', models.CharField(help_text='Whose rows it covers.', max_length=63)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63), help_text='Which columns were hashed: a later one breaks no older seal.', size=None)),
                ('since_transaction_id', ownstock.journal.fields.TransactionNumberField(help_text='It covers what lies after this transaction id …')),
                ('since_id', models.BigIntegerField(help_text='… and this id.')),
                ('until_transaction_id', ownstock.journal.fields.TransactionNumberField(help_text='It covers what lies up to this transaction id …')),
                ('until_id', models.BigIntegerField(help_text='… and this id; 0 where all below the watermark was covered.')),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='The rows, in the order of transaction id and id.', size=None)),
                ('row_hashes', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), help_text='SHA-256 of each of these rows.', size=None)),
                ('rows_so_far', models.BigIntegerField(help_text='How many rows the chain covers up to here.')),
                ('sealed_at', models.DateTimeField(help_text='When the seal was made.')),
            ],
            options={
                'db_table': 'access_seal',
                'indexes': [models.Index(fields=['table_name', 'number'], name='seal_by_table')],
            },
        ),
    ]
