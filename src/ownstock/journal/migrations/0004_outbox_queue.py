from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('journal', '0003_audit_event_by_transaction')]

    operations = [
        migrations.AddField(
            model_name='outboxrow',
            name='queue',
            field=models.CharField(blank=True, default='', help_text='Of a queue one row is told at a time; empty: nobody has said which yet.', max_length=100),
            preserve_default=False,
        ),
    ]
