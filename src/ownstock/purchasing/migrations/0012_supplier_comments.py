"""What suppliers say of their scorecards, and what we answer: appended, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import ownstock.journal.fields
from django.db import migrations, models

TABLE = "purchasing_supplier_comment"

class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_exchange_rates'),
        ('purchasing', '0011_refused_quantity'),
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='SupplierComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction that wrote it began.')),
                ('transaction_id', ownstock.journal.fields.TransactionIdField(editable=False)),
                ('begins_on', models.DateField(help_text='The first day of the scorecard it is about.')),
                ('ends_on', models.DateField(help_text='Its last day.')),
                ('figure', models.CharField(blank=True, choices=[('otif_requested', 'otif_requested'), ('otif_first_promised', 'otif_first_promised'), ('otif_latest_promised', 'otif_latest_promised'), ('fill_rate', 'fill_rate'), ('lead_time', 'lead_time'), ('quality', 'quality'), ('price_variance', 'price_variance'), ('answer_time', 'answer_time'), ('notices', 'notices'), ('disruptions', 'disruptions')], help_text='Empty: all of it.', max_length=20)),
                ('text', models.TextField(help_text='What was said, in their words.')),
                ('actor', models.CharField(max_length=100)),
                ('answers', models.ForeignKey(help_text='The comment that it answers.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answered_by', to='purchasing.suppliercomment')),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='catalog.supplier')),
            ],
            options={
                'db_table': 'purchasing_supplier_comment',
                'abstract': False,
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='suppliercomment_by_xact'), models.Index(fields=['supplier', 'id'], name='comment_by_supplier')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='supplier_comment_says_something'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('begins_on'))), name='supplier_comment_ends_after_start'), models.CheckConstraint(condition=models.Q(('figure__in', ['', 'otif_requested', 'otif_first_promised', 'otif_latest_promised', 'fill_rate', 'lead_time', 'quality', 'price_variance', 'answer_time', 'notices', 'disruptions'])), name='supplier_comment_figure_known')],
            },
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()",
            f"DROP TRIGGER {TABLE}_not_emptied ON {TABLE}",
        ),
    ]
