"""Alerts know the transactions in which they began and ended, so that others can be told of both."""

import ownstock.journal.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0009_audit_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='alert',
            name='cleared_in',
            field=ownstock.journal.fields.TransactionNumberField(editable=False, help_text='The transaction that cleared it.', null=True),
        ),
        migrations.AddField(
            model_name='alert',
            name='raised_in',
            field=ownstock.journal.fields.TransactionIdField(editable=False, help_text='The transaction that raised it.'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['raised_in', 'id'], name='alert_by_raising'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('cleared_in__isnull', False)), fields=['cleared_in', 'id'], name='alert_by_clearing'),
        ),
        migrations.AddIndex(
            model_name='outboxrow',
            index=models.Index(fields=['queue', 'state'], name='outbox_by_queue'),
        ),
        migrations.RunSQL(
            "UPDATE journal_alert SET cleared_in = pg_current_xact_id() WHERE cleared_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cleared_at__isnull', True), ('cleared_in__isnull', True)), models.Q(('cleared_at__isnull', False), ('cleared_in__isnull', False)), _connector='OR'), name='alert_cleared_is_whole'),
        ),
    ]
