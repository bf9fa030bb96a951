"""Who outside is told of what happens, and what was written down for them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0005_health_count'),
    ]

    operations = [
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Its own name, as it stands in addresses: `erp`.', max_length=40, unique=True)),
                ('url', models.CharField(help_text='Where events are posted: https.', max_length=2000)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), help_text='Of which kinds: `purchasing.placed`, `purchasing.*`, `*`.', size=None)),
                ('sealed', models.BinaryField(default=b'', help_text='The secret that signs, encrypted.')),
                ('sealed_before', models.BinaryField(default=b'', help_text='The secret before it, which signs beside it for a day.')),
                ('secret_set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the secret was set.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('told_transaction', ownstock.journal.fields.TransactionNumberField(help_text='Of what happened it was told up to this transaction …')),
                ('told_source', models.SmallIntegerField(default=-1, help_text='… in it up to this source, and …')),
                ('told_number', models.BigIntegerField(default=0, help_text='… up to this number there.')),
                ('paused_at', models.DateTimeField(help_text='Since when nothing is told.', null=True)),
                ('paused_because', models.TextField(blank=True, help_text='Why.')),
                ('first_failed_at', models.DateTimeField(help_text='Since when its receiver has taken nothing.', null=True)),
                ('refusals', models.PositiveIntegerField(default=0, help_text='How many events it refused one after another.')),
                ('last_taken_at', models.DateTimeField(help_text='When its receiver last took an event.', null=True)),
            ],
            options={
                'db_table': 'exchange_subscription',
            },
        ),
        migrations.CreateModel(
            name='EventMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outbox_key', models.CharField(help_text='The outbox row it fulfils.', max_length=200, unique=True)),
                ('message_id', models.CharField(help_text='The identity a receiver can tell repeats by: `audit-12`.', max_length=60)),
                ('kind', models.CharField(help_text='What happened: `purchasing.placed`.', max_length=60)),
                ('subject', models.CharField(help_text='To what: `purchase_order:PO-000012`.', max_length=200)),
                ('content', models.BinaryField(help_text='The whole body, byte for byte.')),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When its bytes were fixed.')),
                ('subscription', models.ForeignKey(help_text='To whom it is told.', on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='exchange.subscription')),
            ],
            options={
                'db_table': 'exchange_event_message',
                'indexes': [models.Index(fields=['subscription', '-id'], name='event_message_newest')],
            },
        ),
    ]
