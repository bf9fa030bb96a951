"""What each person is told of in the morning, and the mails that told it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('automation', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outbox_key', models.CharField(help_text='The outbox row that it fulfils.', max_length=200, unique=True)),
                ('recipient', models.CharField(help_text='The address it goes to.', max_length=320)),
                ('message_id', models.CharField(help_text='The identity a receiver can tell repeats by.', max_length=200, unique=True)),
                ('content', models.BinaryField(help_text='The whole message, byte for byte.')),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When its bytes were fixed.')),
                ('user', models.ForeignKey(help_text='For whom.', on_delete=django.db.models.deletion.CASCADE, related_name='digests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'automation_digest_mail',
            },
        ),
        migrations.CreateModel(
            name='DigestSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField(default=True, help_text='Whether mails leave.')),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, help_text='Groups of kinds; none: all of them.', size=None)),
                ('sites', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='Codes of sites; none: all of them.', size=None)),
                ('hour', models.PositiveSmallIntegerField(default=7, help_text='The hour of the clock from which it may leave.')),
                ('time_zone', models.CharField(default='UTC', help_text='On whose clock.', max_length=60)),
                ('least_money', ownstock.journal.fields.QuantityField(default=Decimal('0'), help_text='What is worth less is left out.')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='digest', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'automation_digest_setting',
                'constraints': [models.CheckConstraint(condition=models.Q(('hour__lt', 24)), name='digest_hour_of_a_day')],
            },
        ),
    ]
