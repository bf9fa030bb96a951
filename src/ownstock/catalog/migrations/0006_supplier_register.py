"""The register of suppliers: qualifications, certificates, agreements, closures, commitments, price breaks."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.catalog.models.agreements
import ownstock.catalog.rules.agreements
import ownstock.journal.fields
from django.db import migrations, models


APPEND_ONLY = (
    "CREATE TRIGGER catalog_qualification_append_only BEFORE UPDATE OR DELETE ON catalog_qualification "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()"
)
# A range of one supplier's id, so that the index needs no extension.
NO_OVERLAP = (
    "ALTER TABLE catalog_agreement ADD CONSTRAINT agreement_never_overlaps EXCLUDE USING gist "
    "(int8range(supplier_id, supplier_id, '[]') WITH &&, daterange(valid_from, valid_to, '[]') WITH &&)"
)


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_supplier_contacts'),
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='Its own code, once per supplier.', max_length=60)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='The last day; empty: until further notice.', null=True)),
                ('currency', models.CharField(max_length=3)),
                ('net_days', models.PositiveIntegerField(default=30, help_text='Days from the invoice until it is to be paid.')),
                ('discount_days', models.PositiveIntegerField(default=0, help_text='Who pays within so many days …')),
                ('discount_percent', ownstock.catalog.models.agreements.PercentField(decimal_places=2, default=0, help_text='… pays so much less, in percent.', max_digits=5)),
                ('incoterm', models.CharField(blank=True, choices=[('EXW', 'EXW'), ('FCA', 'FCA'), ('CPT', 'CPT'), ('CIP', 'CIP'), ('DAP', 'DAP'), ('DPU', 'DPU'), ('DDP', 'DDP'), ('FAS', 'FAS'), ('FOB', 'FOB'), ('CFR', 'CFR'), ('CIF', 'CIF')], max_length=3)),
                ('incoterm_place', models.CharField(blank=True, help_text='The place that belongs to the incoterm.', max_length=100)),
                ('lead_time_days', models.PositiveIntegerField(blank=True, help_text='What the supplier promises; what is planned with stands in the supply terms.', null=True)),
                ('early_tolerance_days', models.PositiveIntegerField(default=0, help_text='So early counts as on time.')),
                ('late_tolerance_days', models.PositiveIntegerField(default=0, help_text='So late counts as on time.')),
                ('otif_target_percent', ownstock.catalog.models.agreements.PercentField(blank=True, decimal_places=2, help_text='So many of all lines are to come on time and in full, in percent.', max_digits=5, null=True)),
                ('minimum_order_value', ownstock.journal.fields.QuantityField(blank=True, help_text='Of one order, in `currency`.', null=True)),
                ('minimum_order_weight_kg', ownstock.journal.fields.QuantityField(blank=True, help_text='Of one order.', null=True)),
                ('minimum_order_volume_l', ownstock.journal.fields.QuantityField(blank=True, help_text='Of one order; 1,000 l are one m³.', null=True)),
                ('order_weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, help_text='On which weekdays orders are taken, 1 Monday to 7 Sunday; none: on any.', size=None)),
                ('answer_time_hours', models.PositiveIntegerField(blank=True, help_text='Within so many hours an order is to be answered.', null=True)),
                ('syntax_answer_time_hours', models.PositiveIntegerField(blank=True, help_text="Within so many hours the supplier's system is to say that it could read a message.", null=True)),
                ('notice_time_hours', models.PositiveIntegerField(blank=True, help_text='A shipping notice is due so many hours before the promised day begins.', null=True)),
                ('over_tolerance_percent', ownstock.catalog.models.agreements.PercentField(decimal_places=2, default=0, help_text='So much more than ordered is taken, in percent.', max_digits=5)),
                ('under_tolerance_percent', ownstock.catalog.models.agreements.PercentField(decimal_places=2, default=0, help_text='So much less counts as in full, in percent.', max_digits=5)),
                ('price_tolerance_percent', ownstock.catalog.models.agreements.PercentField(decimal_places=2, default=0, help_text='A price may differ by so much, in percent.', max_digits=5)),
                ('rebate_base', models.CharField(choices=[('whole', 'whole'), ('above', 'above')], default=ownstock.catalog.rules.agreements.RebateBase['WHOLE'], help_text="On what a tier's percentage is paid back.", max_length=5)),
                ('rebate_tiers', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.fields.ArrayField(base_field=ownstock.journal.fields.QuantityField(), size=2), blank=True, default=list, help_text='Pairs of a turnover within the agreement, in `currency`, and the percentage paid back from it on.', size=None)),
                ('weekly_capacity', ownstock.journal.fields.QuantityField(blank=True, help_text='So many stock units it delivers a week at most.', null=True)),
                ('quota_percent', ownstock.catalog.models.agreements.PercentField(blank=True, decimal_places=2, help_text='So much of our need it is to get, in percent.', max_digits=5, null=True)),
            ],
            options={
                'db_table': 'catalog_agreement',
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='Of which sort: `ISO 9001`.', max_length=60)),
                ('number', models.CharField(help_text='The number its issuer gave it.', max_length=100)),
                ('issuer', models.CharField(blank=True, max_length=200)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='The last day; empty: without end.', null=True)),
                ('document_name', models.CharField(blank=True, help_text='The name of the document.', max_length=200)),
                ('document_hash', models.CharField(blank=True, help_text='SHA-256 of the document, in hexadecimal.', max_length=64)),
                ('document', models.BinaryField(help_text='The document itself, where it is kept here.', null=True)),
            ],
            options={
                'db_table': 'catalog_certificate',
            },
        ),
        migrations.CreateModel(
            name='CertificateRequirement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='Of which sort: `ISO 9001`.', max_length=60)),
                ('category', models.CharField(blank=True, help_text='Empty: items of any category.', max_length=60)),
            ],
            options={
                'db_table': 'catalog_certificate_requirement',
            },
        ),
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begins_on', models.DateField()),
                ('ends_on', models.DateField(help_text='The last day.')),
                ('reason', models.CharField(blank=True, help_text='Why: `summer holidays`.', max_length=200)),
            ],
            options={
                'db_table': 'catalog_closure',
            },
        ),
        migrations.CreateModel(
            name='VolumeCommitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(blank=True, help_text='Empty: items of any category.', max_length=60)),
                ('quantity', ownstock.journal.fields.QuantityField(blank=True, help_text='So many stock units, or …', null=True)),
                ('amount', ownstock.journal.fields.QuantityField(blank=True, help_text='… so much money, in `currency`.', null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField()),
            ],
            options={
                'db_table': 'catalog_volume_commitment',
            },
        ),
        migrations.CreateModel(
            name='PriceBreak',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_quantity', ownstock.journal.fields.QuantityField(help_text='From so many stock units on.')),
                ('price', ownstock.journal.fields.QuantityField(help_text="Of one stock unit, in the term's currency.")),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='The last day; empty: until further notice.', null=True)),
            ],
            options={
                'db_table': 'catalog_price_break',
            },
        ),
        migrations.CreateModel(
            name='Qualification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('approved', 'approved'), ('conditional', 'conditional'), ('blocked', 'blocked')], max_length=12)),
                ('categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='Its scope: items of these categories …', size=None)),
                ('skus', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='… and these items; of no category and no item: everything.', size=None)),
                ('condition', models.TextField(blank=True, help_text='Under which condition people may order, in a sentence.')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='The last day; empty: until further notice.', null=True)),
                ('decided_by', models.CharField(help_text='Who decided, as a key.', max_length=100)),
                ('reason', models.TextField(help_text='Why, in their words.')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
            ],
            options={
                'db_table': 'catalog_qualification',
            },
        ),
        migrations.AddField(
            model_name='company',
            name='lapse_warning_days',
            field=models.PositiveIntegerField(default=30, help_text='People are warned so many days before something of a supplier lapses.'),
        ),
        migrations.AddField(
            model_name='company',
            name='is_qualification_required',
            field=models.BooleanField(default=False, help_text='Whether only suppliers that were approved may be ordered from, within their scope.'),
        ),
        migrations.AddField(
            model_name='company',
            name='has_separate_duties',
            field=models.BooleanField(default=False, help_text='Whether who approved a supplier may not place its orders.'),
        ),
        migrations.AddField(
            model_name='item',
            name='category',
            field=models.CharField(blank=True, help_text='What it is among others, for the register of suppliers; empty: none.', max_length=60),
        ),
        migrations.AddField(
            model_name='item',
            name='volume_l',
            field=ownstock.journal.fields.QuantityField(blank=True, help_text='Of one stock unit; empty: not known.', null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='weight_kg',
            field=ownstock.journal.fields.QuantityField(blank=True, help_text='Of one stock unit; empty: not known.', null=True),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('weight_kg__lt', 0), _negated=True), models.Q(('volume_l__lt', 0), _negated=True)), name='item_measures_not_negative'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='supplier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='catalog.supplier'),
        ),
        migrations.AddField(
            model_name='certificate',
            name='supplier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='catalog.supplier'),
        ),
        migrations.AddField(
            model_name='certificaterequirement',
            name='item',
            field=models.ForeignKey(blank=True, help_text='Empty: any item.', null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.item'),
        ),
        migrations.AddField(
            model_name='certificaterequirement',
            name='supplier',
            field=models.ForeignKey(blank=True, help_text='Empty: all suppliers.', null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.supplier'),
        ),
        migrations.AddField(
            model_name='closure',
            name='supplier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closures', to='catalog.supplier'),
        ),
        migrations.AddField(
            model_name='volumecommitment',
            name='item',
            field=models.ForeignKey(blank=True, help_text='Empty: any item.', null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.item'),
        ),
        migrations.AddField(
            model_name='volumecommitment',
            name='supplier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='volume_commitments', to='catalog.supplier'),
        ),
        migrations.AddField(
            model_name='pricebreak',
            name='term',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_breaks', to='catalog.supplyterm'),
        ),
        migrations.AddField(
            model_name='qualification',
            name='supplier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to='catalog.supplier'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.UniqueConstraint(fields=('supplier', 'code'), name='agreement_once'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='agreement_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('order_weekdays__contained_by', [1, 2, 3, 4, 5, 6, 7])), name='agreement_weekdays_known'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.UniqueConstraint(fields=('supplier', 'kind', 'number'), name='certificate_once'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='certificate_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='certificaterequirement',
            constraint=models.UniqueConstraint(fields=('kind', 'supplier', 'category', 'item'), name='certificate_requirement_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='certificaterequirement',
            constraint=models.CheckConstraint(condition=models.Q(('category', ''), ('item__isnull', True), _connector='OR'), name='certificate_requirement_one_scope'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.UniqueConstraint(fields=('supplier', 'begins_on'), name='closure_once'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('begins_on'))), name='closure_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='volumecommitment',
            constraint=models.UniqueConstraint(fields=('supplier', 'item', 'category', 'valid_from'), name='volume_commitment_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='volumecommitment',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='volume_commitment_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='volumecommitment',
            constraint=models.CheckConstraint(condition=models.Q(('category', ''), ('item__isnull', True), _connector='OR'), name='volume_commitment_one_scope'),
        ),
        migrations.AddConstraint(
            model_name='volumecommitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('currency', ''), ('quantity__gt', 0)), models.Q(('amount__gt', 0), ('quantity__isnull', True), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='volume_commitment_quantity_or_amount'),
        ),
        migrations.AddConstraint(
            model_name='pricebreak',
            constraint=models.UniqueConstraint(fields=('term', 'from_quantity', 'valid_from'), name='price_break_once'),
        ),
        migrations.AddConstraint(
            model_name='pricebreak',
            constraint=models.CheckConstraint(condition=models.Q(('from_quantity__gte', 0), ('price__gte', 0)), name='price_break_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='pricebreak',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='price_break_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='qualification',
            index=models.Index(fields=['supplier', '-id'], name='qualification_newest'),
        ),
        migrations.AddIndex(
            model_name='qualification',
            index=models.Index(fields=['transaction_id', 'id'], name='qualification_by_transaction'),
        ),
        migrations.AddConstraint(
            model_name='qualification',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['approved', 'conditional', 'blocked'])), name='qualification_state_known'),
        ),
        migrations.AddConstraint(
            model_name='qualification',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='qualification_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='qualification',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'conditional'), ('condition', ''), _connector='XOR'), name='qualification_condition_told'),
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER catalog_qualification_append_only ON catalog_qualification"),
        migrations.RunSQL(NO_OVERLAP, "ALTER TABLE catalog_agreement DROP CONSTRAINT agreement_never_overlaps"),
    ]
