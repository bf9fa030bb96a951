
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_release_needs'),
    ]

    operations = [
        migrations.AddField(
            model_name='qualification',
            name='source_class',
            field=models.CharField(blank=True, choices=[('manufacturer', 'manufacturer'), ('authorised_distributor', 'authorised_distributor'), ('independent_distributor', 'independent_distributor'), ('broker', 'broker')], help_text='What it is to these goods: their maker, a distributor, a broker; empty: not said.', max_length=23),
        ),
        migrations.AddConstraint(
            model_name='qualification',
            constraint=models.CheckConstraint(condition=models.Q(('source_class__in', ['', 'manufacturer', 'authorised_distributor', 'independent_distributor', 'broker'])), name='qualification_source_class_known'),
        ),
    ]
