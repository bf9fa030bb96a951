"""Overrides, what they changed and were worth: appended, never changed; runs of some item-sites."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models


TABLES = ("planning_override", "planning_override_effect", "planning_override_value")


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
        ('catalog', '0012_clauses'),
        ('planning', '0004_proposal_edits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('number', models.CharField(help_text='The same in all its revisions.', max_length=20)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('kind', models.CharField(choices=[('demand_times', 'demand_times'), ('demand_plus', 'demand_plus'), ('demand_a_week', 'demand_a_week'), ('level_at_least', 'level_at_least'), ('level_at_most', 'level_at_most'), ('cycle_service_level', 'cycle_service_level'), ('fill_rate', 'fill_rate')], max_length=20)),
                ('value', ownstock.journal.fields.QuantityField(help_text='A factor, units, or a share, as its kind says.')),
                ('from_on', models.DateField(help_text='Its first day.')),
                ('until_on', models.DateField(help_text='Its last day.')),
                ('ended_on', models.DateField(help_text='The first day on which it no longer holds, if ended early.', null=True)),
                ('reason_code', models.CharField(choices=[('promotion', 'promotion'), ('new_customer', 'new_customer'), ('lost_customer', 'lost_customer'), ('project', 'project'), ('season', 'season'), ('price_change', 'price_change'), ('supply_risk', 'supply_risk'), ('shelf_space', 'shelf_space'), ('history_wrong', 'history_wrong'), ('other', 'other')], max_length=20)),
                ('reason', models.TextField(help_text="Why, in the actor's words.")),
                ('actor', models.CharField(max_length=100)),
            ],
            options={
                'db_table': 'planning_override',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OverrideEffect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('planned_on', models.DateField()),
                ('quantity_with', ownstock.journal.fields.QuantityField()),
                ('quantity_without', ownstock.journal.fields.QuantityField(help_text='With all others, and without this one.')),
                ('lead_time_days', models.PositiveIntegerField()),
                ('review_period_days', models.PositiveIntegerField()),
                ('terms', models.JSONField(help_text='Stock, arrivals and costs that it was decided on.')),
            ],
            options={
                'db_table': 'planning_override_effect',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OverrideValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('demand_before', ownstock.journal.fields.QuantityField(help_text='Wanted until the order arrived.')),
                ('demand_within', ownstock.journal.fields.QuantityField(help_text='Wanted from then until the next order.')),
                ('cost_with', ownstock.journal.fields.QuantityField()),
                ('cost_without', ownstock.journal.fields.QuantityField()),
                ('value', ownstock.journal.fields.QuantityField(help_text='Cost without it less cost with it.')),
            ],
            options={
                'db_table': 'planning_override_value',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReplanCursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('watermark', models.BigIntegerField(help_text='What transactions below it brought has been looked at.')),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('minute_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the minute began that is counted.')),
                ('in_minute', models.PositiveIntegerField(default=0, help_text='Item-sites planned again in it.')),
                ('left_over_at', models.DateTimeField(help_text='When the last of them was left over.', null=True)),
                ('left_over', models.PositiveIntegerField(default=0, help_text='Item-sites that the next plan of all must see to, as too many moved at once.')),
            ],
            options={
                'db_table': 'planning_replan_cursor',
            },
        ),
        migrations.AddField(
            model_name='planningrun',
            name='is_whole',
            field=models.BooleanField(db_default=True, default=True, help_text='Whether all item-sites were planned, or some that something happened to.'),
        ),
        migrations.AddIndex(
            model_name='planningrun',
            index=models.Index(condition=models.Q(('is_whole', True)), fields=['-id'], name='planning_run_newest_whole'),
        ),
        migrations.AddField(
            model_name='override',
            name='item_site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='catalog.itemsite'),
        ),
        migrations.AddField(
            model_name='overrideeffect',
            name='override',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='effects', to='planning.override'),
        ),
        migrations.AddField(
            model_name='overrideeffect',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.planningrun'),
        ),
        migrations.AddField(
            model_name='overridevalue',
            name='effect',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='value', to='planning.overrideeffect'),
        ),
        migrations.AddIndex(
            model_name='override',
            index=models.Index(fields=['transaction_id', 'id'], name='override_by_xact'),
        ),
        migrations.AddIndex(
            model_name='override',
            index=models.Index(fields=['until_on'], name='override_by_last_day'),
        ),
        migrations.AddIndex(
            model_name='override',
            index=models.Index(fields=['item_site', '-id'], name='override_by_item_site'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.UniqueConstraint(fields=('number', 'revision'), name='override_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='override_span_forward'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['demand_times', 'demand_plus', 'demand_a_week', 'level_at_least', 'level_at_most', 'cycle_service_level', 'fill_rate'])), name='override_kind_known'),
        ),
        migrations.AddIndex(
            model_name='overrideeffect',
            index=models.Index(fields=['transaction_id', 'id'], name='overrideeffect_by_xact'),
        ),
        migrations.AddConstraint(
            model_name='overrideeffect',
            constraint=models.UniqueConstraint(fields=('override', 'run'), name='override_effect_once'),
        ),
        migrations.AddIndex(
            model_name='overridevalue',
            index=models.Index(fields=['transaction_id', 'id'], name='overridevalue_by_xact'),
        ),
        migrations.RunSQL("CREATE SEQUENCE planning_override_number", "DROP SEQUENCE planning_override_number"),
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
