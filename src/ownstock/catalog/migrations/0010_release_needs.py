from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0009_item_gtin'),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='release_needs',
            field=models.CharField(choices=[('nothing', 'nothing'), ('conformity', 'conformity')], default='nothing', help_text='What must be there before quality releases its goods: certificates of conformity, or nothing.', max_length=12),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('release_needs__in', ['nothing', 'conformity'])), name='item_release_needs_known'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('release_needs', 'nothing'), ('receiving_status', 'quarantine'), _connector='OR'), name='item_release_needs_quarantine'),
        ),
    ]
