import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


FILL = """
    UPDATE exchange_outbound_message m
    SET supplier_id = o.supplier_id, file_name = o.number || '-' || r.number || '.eml'
    FROM purchasing_order_revision r JOIN purchasing_purchase_order o ON o.id = r.purchase_order_id
    WHERE r.id = m.order_revision_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
# What came stays as it came; what was understood of it may change.
KEEPS = """
CREATE FUNCTION exchange_refuse_change_of_inbound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.id, NEW.supplier_id, NEW.channel_id, NEW.format, NEW.name, NEW.control_number, NEW.content,
            NEW.content_hash, NEW.received_at, NEW.repeats_id)
        IS DISTINCT FROM (OLD.id, OLD.supplier_id, OLD.channel_id, OLD.format, OLD.name, OLD.control_number, OLD.content,
            OLD.content_hash, OLD.received_at, OLD.repeats_id)
    THEN
        RAISE EXCEPTION 'exchange_inbound_message keeps what came as it came' USING ERRCODE = 'OS004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exchange_inbound_message_keeps BEFORE UPDATE OR DELETE ON exchange_inbound_message
    FOR EACH ROW EXECUTE FUNCTION exchange_refuse_change_of_inbound()
"""
FORGETS = """
DROP TRIGGER exchange_inbound_message_keeps ON exchange_inbound_message;
DROP FUNCTION exchange_refuse_change_of_inbound()
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
        ('exchange', '0002_answer_links'),
        ('purchasing', '0002_order_number'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Which: `password`, `private_key`, `webhook_secret`.', max_length=20)),
                ('sealed', models.BinaryField(help_text="Encrypted by a key that comes from the installation's secret key.")),
                ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it was set last.')),
            ],
            options={
                'db_table': 'exchange_channel_secret',
            },
        ),
        migrations.CreateModel(
            name='InboundMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(help_text='How it is written.', max_length=12)),
                ('name', models.CharField(help_text="What it was called: a file's name, a caller's key.", max_length=200)),
                ('control_number', models.CharField(help_text='Its identity, as its sender gave it.', max_length=200)),
                ('content', models.BinaryField(help_text='The whole message, byte for byte.')),
                ('content_hash', models.BinaryField(help_text='SHA-256 of the content.')),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('state', models.CharField(choices=[('received', 'received'), ('applied', 'applied'), ('quarantined', 'quarantined'), ('duplicate', 'duplicate'), ('conflict', 'conflict'), ('discarded', 'discarded')], default='received', max_length=12)),
                ('kinds', models.CharField(blank=True, help_text='What it holds, as far as it was understood.', max_length=200)),
                ('fault', models.TextField(blank=True, help_text='Why it was set aside.')),
                ('fault_place', models.CharField(blank=True, help_text='Where in it: a segment, a row, a field.', max_length=200)),
                ('effects', models.JSONField(default=list, help_text='What each of its documents did.')),
                ('settled_at', models.DateTimeField(help_text='When it was last read to its end.', null=True)),
                ('times_seen', models.PositiveIntegerField(default=1, help_text='How often these bytes came so.')),
            ],
            options={
                'db_table': 'exchange_inbound_message',
            },
        ),
        migrations.CreateModel(
            name='SyntaxAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('accepted', 'accepted'), ('accepted_with_errors', 'accepted_with_errors'), ('partly_accepted', 'partly_accepted'), ('rejected', 'rejected')], max_length=24)),
                ('content', models.JSONField(help_text='What it said: codes, and faults with their places.')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'exchange_syntax_answer',
            },
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='control_number',
            field=models.CharField(blank=True, help_text='Of its interchange, by which answers to its syntax name it.', max_length=20),
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='file_name',
            field=models.CharField(blank=True, help_text='What it is called where it becomes a file.', max_length=120),
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='format',
            field=models.CharField(default='mail_pdf_csv', help_text='How it is written.', max_length=12),
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='supplier',
            field=models.ForeignKey(help_text='Whom it is for.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outbound_messages', to='catalog.supplier'),
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='topic',
            field=models.CharField(default='purchase_order.placed', help_text='What kind of thing it tells: `purchase_order.placed`.', max_length=60),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='outboundmessage',
            name='supplier',
            field=models.ForeignKey(help_text='Whom it is for.', on_delete=django.db.models.deletion.PROTECT, related_name='outbound_messages', to='catalog.supplier'),
        ),
        migrations.AlterField(
            model_name='outboundmessage',
            name='order_revision',
            field=models.ForeignKey(help_text='What it tells, where of an order.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='purchasing.orderrevision'),
        ),
        migrations.AlterField(
            model_name='outboundmessage',
            name='recipient',
            field=models.CharField(blank=True, help_text='The address in its To line; empty: none was known, or it is no mail.', max_length=320),
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='Which try it was, since the last revival.')),
                ('outcome', models.CharField(choices=[('taken', 'taken'), ('refused', 'refused'), ('blocked', 'blocked'), ('failed', 'failed')], help_text='What came of it.', max_length=8)),
                ('told', models.TextField(help_text='Where it went, or why it did not.')),
                ('began_at', models.DateTimeField(help_text='When the try began.')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('outbound_message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='exchange.outboundmessage')),
            ],
            options={
                'db_table': 'exchange_attempt',
            },
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Its own name, as it stands in addresses: `alpha-sftp`.', max_length=40)),
                ('kind', models.CharField(choices=[('mail', 'mail'), ('sftp', 'sftp'), ('webhook', 'webhook'), ('folder', 'folder'), ('portal', 'portal')], help_text='Which way.', max_length=8)),
                ('format', models.CharField(choices=[('mail_pdf_csv', 'mail_pdf_csv'), ('csv', 'csv'), ('x12', 'x12'), ('json', 'json')], help_text='How messages are written on it.', max_length=12)),
                ('contents', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), help_text='What it carries: `orders` to the supplier, the others from it.', size=None)),
                ('settings', models.JSONField(default=dict, help_text='Where and how, without secrets.')),
                ('last_control_number', models.PositiveIntegerField(default=0, help_text='Of the interchanges that left by it.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('polled_at', models.DateTimeField(help_text='When it was last looked into for messages, with success.', null=True)),
                ('removed_at', models.DateTimeField(help_text='From then on nothing comes or goes by it.', null=True)),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='channels', to='catalog.supplier')),
            ],
            options={
                'db_table': 'exchange_channel',
            },
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='channel',
            field=models.ForeignKey(help_text='By which way; empty: by mail, as without channels.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outbound_messages', to='exchange.channel'),
        ),
        migrations.AddIndex(
            model_name='outboundmessage',
            index=models.Index(condition=models.Q(('control_number', ''), _negated=True), fields=['channel', 'control_number'], name='outbound_by_control_number'),
        ),
        migrations.AddField(
            model_name='channelsecret',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='secrets', to='exchange.channel'),
        ),
        migrations.AddField(
            model_name='inboundmessage',
            name='channel',
            field=models.ForeignKey(help_text='By which way.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inbound_messages', to='exchange.channel'),
        ),
        migrations.AddField(
            model_name='inboundmessage',
            name='repeats',
            field=models.ForeignKey(help_text='The message that came first under it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeated_by', to='exchange.inboundmessage'),
        ),
        migrations.AddField(
            model_name='inboundmessage',
            name='supplier',
            field=models.ForeignKey(help_text='Whom it came from.', on_delete=django.db.models.deletion.PROTECT, related_name='inbound_messages', to='catalog.supplier'),
        ),
        migrations.AddField(
            model_name='syntaxanswer',
            name='inbound_message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='syntax_answers', to='exchange.inboundmessage'),
        ),
        migrations.AddField(
            model_name='syntaxanswer',
            name='outbound_message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='syntax_answers', to='exchange.outboundmessage'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['taken', 'refused', 'blocked', 'failed'])), name='attempt_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('name',), name='channel_name_once'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(condition=models.Q(('contents__contains', ['orders']), ('removed_at', None)), fields=('supplier',), name='channel_for_orders_once'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mail', 'sftp', 'webhook', 'folder', 'portal'])), name='channel_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['mail_pdf_csv', 'csv', 'x12', 'json'])), name='channel_format_known'),
        ),
        migrations.AddConstraint(
            model_name='channelsecret',
            constraint=models.UniqueConstraint(fields=('channel', 'name'), name='channel_secret_once'),
        ),
        migrations.AddIndex(
            model_name='inboundmessage',
            index=models.Index(condition=models.Q(('state', 'received')), fields=['id'], name='inbound_to_be_applied'),
        ),
        migrations.AddIndex(
            model_name='inboundmessage',
            index=models.Index(fields=['received_at', 'id'], name='inbound_by_time'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.UniqueConstraint(condition=models.Q(('repeats', None)), fields=('supplier', 'control_number'), name='inbound_message_once'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.UniqueConstraint(condition=models.Q(('repeats__isnull', False)), fields=('repeats', 'content_hash'), name='inbound_repeat_once'),
        ),
        migrations.AddConstraint(
            model_name='inboundmessage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['received', 'applied', 'quarantined', 'duplicate', 'conflict', 'discarded'])), name='inbound_state_known'),
        ),
        migrations.AddConstraint(
            model_name='syntaxanswer',
            constraint=models.UniqueConstraint(fields=('outbound_message', 'inbound_message'), name='syntax_answer_once'),
        ),
        migrations.RunSQL(KEEPS, FORGETS),
    ]
