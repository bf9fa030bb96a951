from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('journal', '0004_outbox_queue')]

    operations = [
        migrations.AddIndex(
            model_name='outboxrow',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'leased'])), fields=['id'], name='outbox_unfinished'),
        ),
    ]
