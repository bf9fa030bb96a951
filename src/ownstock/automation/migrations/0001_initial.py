"""Standing rules, verdicts, autonomy, pauses and runs; what is said of proposals and item-sites is never changed."""

import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models


TABLES = ("automation_verdict", "automation_autonomy_event")


def refusing_change(table: str) -> list[migrations.RunSQL]:
    """Triggers that keep a table's rows as they were written."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {table}_append_only ON {table}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {table}_not_emptied ON {table}",
        ),
    ]


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('journal', '0002_append_only'),
        ('catalog', '0013_order_cut_off'),
        ('planning', '0003_supplier_switches'),
        ('purchasing', '0015_rates'),
    ]

    operations = [
        migrations.CreateModel(
            name='AutomationPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nightly_plan_at_hour', models.PositiveSmallIntegerField(blank=True, help_text='The hour, 0 to 23, from which a plan is made each night; empty: none is.', null=True)),
                ('time_zone', models.CharField(default='UTC', help_text='IANA name: whose hours and days these are.', max_length=60)),
                ('order_cut_off', models.TimeField(default=datetime.time(15, 0), help_text='Until when orders are placed where nothing is agreed, by the clock of the site.')),
                ('minutes_before_cut_off', models.PositiveIntegerField(default=120, help_text='So long before the cut-off a plan is made, and orders leave from then on.')),
                ('cycles_to_certify', models.PositiveIntegerField(default=6, help_text='So many cycles in a row must speak for an item-site before it is certified.')),
                ('drift_weeks', models.PositiveIntegerField(default=8, help_text='Over so many weeks the forecast is looked at.')),
                ('bias_percent_at_most', ownstock.journal.fields.QuantityField(default=30, help_text='A forecast further off on one side is a drift.')),
                ('wape_percent_at_most', ownstock.journal.fields.QuantityField(default=80, help_text='A forecast whose error is larger is a drift.')),
            ],
            options={
                'verbose_name_plural': 'automation policies',
                'db_table': 'automation_policy',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='automation_policy_is_one'), models.CheckConstraint(condition=models.Q(('nightly_plan_at_hour', None), ('nightly_plan_at_hour__lte', 23), _connector='OR'), name='automation_policy_hour'), models.CheckConstraint(condition=models.Q(('cycles_to_certify__gte', 1)), name='automation_policy_cycles')],
            },
        ),
        migrations.CreateModel(
            name='AutomationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(help_text='Why it ran: `nightly`, `order day`, or `by hand`.', max_length=60)),
                ('actor', models.CharField(max_length=100)),
                ('as_of_at', models.DateTimeField(help_text='The moment for which it was decided what is due.')),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(help_text='Empty: it still runs, or was killed; the next one goes on.', null=True)),
                ('judged_count', models.PositiveIntegerField(default=0, help_text='Proposals that a rule covers.')),
                ('approved_count', models.PositiveIntegerField(default=0, help_text='Proposals that became lines of a draft.')),
                ('drafted', models.JSONField(default=list, help_text='The numbers of the orders that were drafted.')),
                ('placed', models.JSONField(default=list, help_text='The numbers of the orders that were sent.')),
                ('left', models.JSONField(default=list, help_text='What was left for people, each with its reason in a sentence.')),
                ('left_count', models.PositiveIntegerField(default=0, help_text='How many those are; the first of them are told.')),
                ('sentence', models.TextField(blank=True, help_text='What came of it, in a sentence.')),
                ('run', models.ForeignKey(help_text='The plan that it went by; empty: none.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.planningrun')),
            ],
            options={
                'db_table': 'automation_run',
            },
        ),
        migrations.CreateModel(
            name='StandingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Names it in the journal, as `rule:weekly-basics`.', max_length=60)),
                ('action', models.CharField(choices=[('approve', 'approve'), ('place', 'place')], help_text="`approve` leaves the draft to people, `place` sends it on the supplier's order day.", max_length=7)),
                ('suppliers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='It covers what is bought of these suppliers; empty: of all.', size=None)),
                ('sites', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='It covers these sites; empty: of all.', size=None)),
                ('categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='It covers items of these categories; empty: of all.', size=None)),
                ('source_classes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='It covers suppliers that are this to the item, by the register; empty: of all.', size=None)),
                ('abc_classes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=1), blank=True, default=list, help_text='It covers these ABC classes; empty: of all.', size=None)),
                ('xyz_classes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=1), blank=True, default=list, help_text='It covers these XYZ classes; empty: of all.', size=None)),
                ('order_value_at_most', ownstock.journal.fields.QuantityField(help_text="Of one order, in the company's currency.")),
                ('line_value_at_most', ownstock.journal.fields.QuantityField(help_text="Of one line, in the company's currency; empty: no limit.", null=True)),
                ('median_deviation_percent', ownstock.journal.fields.QuantityField(help_text='So far may a quantity be from the median of the last six orders; empty: no limit.', null=True)),
                ('usual_deviation_percent', ownstock.journal.fields.QuantityField(help_text='So far may it be from what is forecast between two orders; empty: no limit.', null=True)),
                ('cover_days_at_most', ownstock.journal.fields.QuantityField(help_text='So long may last what is then there and on order; empty: no limit.', null=True)),
                ('is_qualified_only', models.BooleanField(default=False, help_text='Only of suppliers that the register approves.')),
                ('is_certified_only', models.BooleanField(default=False, help_text='Only item-sites that have earned it.')),
                ('reason', models.TextField(blank=True, help_text='Why it was proposed, in the words of who did.')),
                ('proposed_by', models.CharField(help_text='Who proposed it, as a key.', max_length=100)),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it was proposed.')),
                ('approved_by', models.CharField(blank=True, help_text='Somebody else; empty: not in force yet.', max_length=100)),
                ('approved_at', models.DateTimeField(help_text='From then on it holds.', null=True)),
                ('ended_by', models.CharField(blank=True, help_text='Who ended it; empty: nobody did.', max_length=100)),
                ('ended_at', models.DateTimeField(help_text='From then on it no longer holds.', null=True)),
                ('ended_because', models.TextField(blank=True, help_text='Why it was ended.')),
            ],
            options={
                'db_table': 'automation_standing_rule',
                'indexes': [models.Index(fields=['name', '-id'], name='standing_rule_by_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('approved_by', models.F('proposed_by')), _negated=True), name='standing_rule_by_two'), models.CheckConstraint(condition=models.Q(('order_value_at_most__gt', 0)), name='standing_rule_limit_positive'), models.CheckConstraint(condition=models.Q(('action__in', ['approve', 'place'])), name='standing_rule_action_known')],
            },
        ),
        migrations.CreateModel(
            name='AutomaticOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_placing', models.BooleanField(help_text='Whether it is sent by itself; else people send it.')),
                ('drafted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it was drafted.')),
                ('opens_at', models.DateTimeField(help_text='From then on it may leave; empty: no order day is known.', null=True)),
                ('closes_at', models.DateTimeField(help_text='Until then: the cut-off of that order day.', null=True)),
                ('note', models.TextField(blank=True, help_text='Why it has not left yet, in a sentence.')),
                ('is_settled', models.BooleanField(default=False, help_text="Whether it was sent, cancelled or merged, or is people's now: nothing more happens to it.")),
                ('purchase_order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='automatic', to='purchasing.purchaseorder')),
            ],
            options={
                'db_table': 'automation_order',
                'indexes': [models.Index(condition=models.Q(('is_settled', False)), fields=['id'], name='automatic_order_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Autonomy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('watched', 'watched'), ('certified', 'certified'), ('lost', 'lost')], max_length=9)),
                ('cycles', models.PositiveIntegerField(default=0, help_text='So many in a row speak for it.')),
                ('since_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='Since when it is in this state.')),
                ('sentence', models.TextField(blank=True, help_text='What was said last, with its numbers.')),
                ('terms', models.JSONField(default=dict, help_text='The terms of the source that it was certified on.')),
                ('item_site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='autonomy', to='catalog.itemsite')),
            ],
            options={
                'verbose_name_plural': 'autonomies',
                'db_table': 'automation_autonomy',
                'indexes': [models.Index(fields=['state', 'item_site'], name='autonomy_by_state')],
            },
        ),
        migrations.CreateModel(
            name='AutonomyEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('evidence', models.CharField(choices=[('accepted', 'accepted'), ('as_good', 'as_good'), ('overridden', 'overridden'), ('rejected', 'rejected'), ('drift', 'drift')], help_text='What spoke.', max_length=10)),
                ('state_before', models.CharField(choices=[('watched', 'watched'), ('certified', 'certified'), ('lost', 'lost')], help_text='Before.', max_length=9)),
                ('state_after', models.CharField(choices=[('watched', 'watched'), ('certified', 'certified'), ('lost', 'lost')], help_text='After.', max_length=9)),
                ('cycles', models.PositiveIntegerField(help_text='So many in a row spoke for it afterwards.')),
                ('sentence', models.TextField(help_text='Why, in numbers.')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('item_site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='autonomy_events', to='catalog.itemsite')),
                ('proposal', models.OneToOneField(help_text='Which cycle; empty: a drift.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='autonomy_event', to='planning.proposal')),
            ],
            options={
                'db_table': 'automation_autonomy_event',
                'indexes': [models.Index(fields=['item_site', '-id'], name='autonomy_event_by_item_site'), models.Index(fields=['transaction_id', 'id'], name='autonomy_event_by_transaction')],
            },
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paused_by', models.CharField(help_text='Who, as a key.', max_length=100)),
                ('paused_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='From then on.')),
                ('until_at', models.DateTimeField(help_text='It ends then by itself; empty: when somebody resumes.', null=True)),
                ('reason', models.TextField(help_text='Why, in their words.')),
                ('resumed_by', models.CharField(blank=True, help_text='Who ended it; empty: nobody did.', max_length=100)),
                ('resumed_at', models.DateTimeField(help_text='When it was ended.', null=True)),
                ('supplier', models.ForeignKey(help_text='Of which supplier; empty: of all.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.supplier')),
            ],
            options={
                'db_table': 'automation_pause',
                'constraints': [models.UniqueConstraint(condition=models.Q(('resumed_at', None)), fields=('supplier',), name='pause_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('approved', 'approved'), ('left', 'left'), ('undone', 'undone')], help_text='What became of it.', max_length=8)),
                ('sentence', models.TextField(help_text='What was said, with the numbers.')),
                ('checks', models.JSONField(default=list, help_text='Each limit that was looked at, whether it was met, and in words.')),
                ('input_hash', models.BinaryField(help_text='What the proposal rested on when it was judged.')),
                ('actor', models.CharField(max_length=100)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('automation_run', models.ForeignKey(help_text='In which it was judged.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='automation.automationrun')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='planning.proposal')),
                ('rule', models.ForeignKey(help_text='Which decided; empty: a person.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='automation.standingrule')),
            ],
            options={
                'db_table': 'automation_verdict',
                'indexes': [models.Index(fields=['proposal', '-id'], name='verdict_by_proposal'), models.Index(fields=['transaction_id', 'id'], name='verdict_by_transaction')],
            },
        ),
        *(operation for table in TABLES for operation in refusing_change(table)),
    ]
