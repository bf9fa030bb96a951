"""Figures measured by day, and money planned by week: appended, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models


TABLES = ("planning_kpi_day", "planning_planned_spend")


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
        ('catalog', '0013_order_cut_off'),
        ('planning', '0005_overrides'),
    ]

    operations = [
        migrations.CreateModel(
            name='CashBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month_start_on', models.DateField(help_text='The first day of the month.', unique=True)),
                ('amount', ownstock.journal.fields.QuantityField(help_text="In the company's currency.")),
            ],
            options={
                'db_table': 'planning_cash_budget',
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='cash_budget_not_negative'), models.CheckConstraint(condition=models.Q(('month_start_on__day', 1)), name='cash_budget_of_a_month')],
            },
        ),
        migrations.CreateModel(
            name='KpiDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day_on', models.DateField(help_text='The day.')),
                ('dimension', models.CharField(help_text='Of which kind the group is; `site`: all of the site.', max_length=10)),
                ('key', models.CharField(blank=True, help_text='Which group: a code, a category, a class.', max_length=60)),
                ('item_sites', models.PositiveIntegerField(help_text='How many item-sites are in the group.')),
                ('on_hand_value', ownstock.journal.fields.QuantityField(help_text='At the close, at standard cost.')),
                ('on_hand_units', ownstock.journal.fields.QuantityField(help_text='At the close.')),
                ('issued_units', ownstock.journal.fields.QuantityField(help_text='To customers and other sites, less what came back.')),
                ('issued_value', ownstock.journal.fields.QuantityField(help_text='The same at standard cost.')),
                ('received_value', ownstock.journal.fields.QuantityField(help_text='From suppliers and other sites, at standard cost.')),
                ('movements', models.PositiveIntegerField(help_text='How many moved its goods in or out of the site.')),
                ('wanted_units', ownstock.journal.fields.QuantityField(help_text='What customers wanted on this day, by their lines.')),
                ('supplied_units', ownstock.journal.fields.QuantityField(help_text='What of it was shipped no later.')),
                ('excess_value', ownstock.journal.fields.QuantityField(help_text='Above order-up-to levels, at standard cost.', null=True)),
                ('dead_value', ownstock.journal.fields.QuantityField(help_text='Where nothing was issued for so many days, at standard cost.', null=True)),
                ('selling', models.PositiveIntegerField(help_text='Item-sites that issued something in the year.', null=True)),
                ('stocked_out', models.PositiveIntegerField(help_text='Those of them with nothing usable.', null=True)),
                ('site', models.ForeignKey(db_index=False, help_text='Of which site.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
            ],
            options={
                'db_table': 'planning_kpi_day',
                'constraints': [models.UniqueConstraint(fields=('dimension', 'day_on', 'site', 'key'), name='kpi_day_once')],
            },
        ),
        migrations.CreateModel(
            name='KpiItemSite',
            fields=[
                ('item_site', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='kpi', serialize=False, to='catalog.itemsite')),
                ('measured_on', models.DateField(help_text='The business day at whose close it was measured.')),
                ('category', models.CharField(blank=True, help_text="The item's.", max_length=60)),
                ('abc_class', models.CharField(blank=True, help_text='A, B or C by what was issued in the year.', max_length=1)),
                ('xyz_class', models.CharField(blank=True, help_text='X, Y or Z by how evenly it is issued.', max_length=1)),
                ('on_hand', ownstock.journal.fields.QuantityField(help_text='Of any status.')),
                ('usable', ownstock.journal.fields.QuantityField(help_text='Released.')),
                ('on_hand_value', ownstock.journal.fields.QuantityField(help_text='On hand at standard cost.')),
                ('excess_value', ownstock.journal.fields.QuantityField(help_text='What is above the order-up-to level, at standard cost.', null=True)),
                ('dead_value', ownstock.journal.fields.QuantityField(help_text='All of it, where nothing was issued for so many days.')),
                ('last_issued_on', models.DateField(help_text='Within the year; empty: not in the year.', null=True)),
                ('issued', ownstock.journal.fields.QuantityField(help_text='Units issued in the last 28 days.')),
                ('issued_before', ownstock.journal.fields.QuantityField(help_text='Units issued in the 28 days before these.')),
                ('issued_in_year', ownstock.journal.fields.QuantityField(help_text='Units issued in the last 365 days.')),
                ('days_of_cover', models.FloatField(help_text='Usable units by the rate of the last 84 days; empty: no rate.', null=True)),
                ('site', models.ForeignKey(db_index=False, help_text='Its site.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.location')),
                ('supplier', models.ForeignKey(db_index=False, help_text='Who is asked first.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.supplier')),
            ],
            options={
                'db_table': 'planning_kpi_item_site',
                'indexes': [models.Index(fields=['-on_hand_value', 'item_site'], name='kpi_item_site_by_value'), models.Index(fields=['-excess_value', 'item_site'], name='kpi_item_site_by_excess'), models.Index(fields=['-dead_value', 'item_site'], name='kpi_item_site_by_dead'), models.Index(fields=['abc_class', 'xyz_class', '-on_hand_value'], name='kpi_item_site_by_class')],
            },
        ),
        migrations.CreateModel(
            name='PlannedSpend',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week_start_on', models.DateField(help_text='The week in which it is ordered.')),
                ('lead_time_days', models.PositiveIntegerField(help_text='From the order to the goods, on average over its money.')),
                ('currency', models.CharField(help_text='Of the amounts.', max_length=3)),
                ('mean', ownstock.journal.fields.QuantityField(help_text='On average over all paths of demand.')),
                ('p10', ownstock.journal.fields.QuantityField(help_text='No more on a tenth of the paths.')),
                ('p90', ownstock.journal.fields.QuantityField(help_text='No more on nine tenths of them.')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it was looked ahead.')),
                ('run', models.ForeignKey(db_index=False, help_text='From which run.', on_delete=django.db.models.deletion.PROTECT, related_name='planned_spends', to='planning.planningrun')),
                ('site', models.ForeignKey(db_index=False, help_text='For which site.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.location')),
                ('supplier', models.ForeignKey(db_index=False, help_text='To whom.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.supplier')),
            ],
            options={
                'db_table': 'planning_planned_spend',
                'constraints': [models.UniqueConstraint(fields=('run', 'supplier', 'site', 'week_start_on'), name='planned_spend_once')],
            },
        ),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION journal_refuse_change()",
                f"DROP TRIGGER {table}_append_only ON {table}",
            )
            for table in TABLES
        ],
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
                f"DROP TRIGGER {table}_not_emptied ON {table}",
            )
            for table in TABLES
        ],
    ]
