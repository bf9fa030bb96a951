"""The calendar of demand: appended, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.demand.rules.calendar
import ownstock.journal.fields
from django.db import migrations, models


TABLES = ("demand_event", "demand_lifecycle_step")


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
        ('catalog', '0012_clauses'),
        ('demand', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='DemandEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='The same in all its revisions.', max_length=20)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('name', models.CharField(help_text='Events of one name are alike: each tells what to expect of the next.', max_length=200)),
                ('from_on', models.DateField(help_text='Its first day.')),
                ('until_on', models.DateField(help_text='Its last day.')),
                ('skus', models.JSONField(default=list, help_text='The items it is about, by code; empty: all.')),
                ('sites', models.JSONField(default=list, help_text='The sites, by code; empty: all.')),
                ('categories', models.JSONField(default=list, help_text='The categories of items; empty: all.')),
                ('factor', models.DecimalField(decimal_places=4, help_text='Demand is so many times the usual; empty: not known yet.', max_digits=10, null=True)),
                ('is_cancelled', models.BooleanField(default=False, help_text='It does not take place, or did not.')),
                ('reason', models.TextField(blank=True, help_text="Why, in the actor's words.")),
                ('actor', models.CharField(max_length=100)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
            ],
            options={
                'db_table': 'demand_event',
                'indexes': [models.Index(fields=['until_on'], name='demand_event_by_last_day'), models.Index(fields=['transaction_id', 'id'], name='demand_event_by_transaction')],
                'constraints': [models.UniqueConstraint(fields=('number', 'revision'), name='demand_event_revision_once'), models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='demand_event_span_forward'), models.CheckConstraint(condition=models.Q(('factor', None), ('factor__gt', 0), _connector='OR'), name='demand_event_factor_positive')],
            },
        ),
        migrations.CreateModel(
            name='LifecycleStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='The same in all its revisions.', max_length=20)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('kind', models.CharField(choices=[('superseded_by', 'superseded_by'), ('like', 'like'), ('ends', 'ends')], max_length=20)),
                ('factor', models.DecimalField(decimal_places=4, default=1, help_text='Units wanted for each of the other item.', max_digits=10)),
                ('ends_on', models.DateField(help_text='The first day on which it is not sold any more.', null=True)),
                ('is_cancelled', models.BooleanField(default=False, help_text='It no longer holds.')),
                ('reason', models.TextField(help_text="Why, in the actor's words.")),
                ('actor', models.CharField(max_length=100)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item')),
                ('other_item', models.ForeignKey(help_text='Its successor, or the item that it is like.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item')),
                ('site', models.ForeignKey(help_text='Empty: at all sites.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
            ],
            options={
                'db_table': 'demand_lifecycle_step',
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='lifecycle_by_transaction')],
                'constraints': [models.UniqueConstraint(fields=('number', 'revision'), name='lifecycle_revision_once'), models.CheckConstraint(condition=models.Q(models.Q(('ends_on__isnull', False), ('kind', ownstock.demand.rules.calendar.LifecycleKind['ENDS'])), models.Q(models.Q(('kind', ownstock.demand.rules.calendar.LifecycleKind['ENDS']), _negated=True), ('other_item__isnull', False)), _connector='OR'), name='lifecycle_says_what')],
            },
        ),
        migrations.RunSQL("CREATE SEQUENCE demand_calendar_number", "DROP SEQUENCE demand_calendar_number"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} "
                f"FOR EACH {what} EXECUTE FUNCTION journal_refuse_change()",
                f"DROP TRIGGER {table}_{name} ON {table}",
            )
            for table in TABLES
            for name, events, what in (("append_only", "UPDATE OR DELETE", "ROW"), ("not_emptied", "TRUNCATE", "STATEMENT"))
        ),
    ]
