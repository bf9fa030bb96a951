"""What suppliers refused of deliveries and when we cancelled, told apart; filled from answers and the journal."""

from django.db import migrations, models

import ownstock.journal.fields

# Of each line and revision the newest answer counts: what was asked there less what was promised is refused. It stands with the
# line's last delivery that still counts; where nothing was promised, that delivery is cancelled already.
FILL_REFUSED = """
    WITH said AS (
        SELECT DISTINCT ON (a.purchase_order_id, a.revision, (e ->> 'line')::int) a.purchase_order_id, a.revision,
            (e ->> 'line')::int AS line,
            coalesce((SELECT sum((p ->> 'quantity')::numeric) FROM jsonb_array_elements(e -> 'promises') p), 0) AS promised
        FROM purchasing_acknowledgement a CROSS JOIN LATERAL jsonb_array_elements(a.answer) e
        WHERE a.outcome = 'applied'
        ORDER BY a.purchase_order_id, a.revision, (e ->> 'line')::int, a.id DESC
    ), refused AS (
        SELECT v.purchase_order_id, l.line, sum(greatest(l.quantity - s.promised, 0)) AS quantity,
            (array_agg(s.promised ORDER BY s.revision DESC))[1] = 0 AS is_whole
        FROM said s
        JOIN purchasing_order_revision v ON v.purchase_order_id = s.purchase_order_id AND v.number = s.revision
        JOIN purchasing_order_line l ON l.revision_id = v.id AND l.line = s.line
        GROUP BY v.purchase_order_id, l.line
    ), bearing AS (
        SELECT DISTINCT ON (v.purchase_order_id, l.line) d.id, v.purchase_order_id, l.line
        FROM purchasing_delivery d
        JOIN purchasing_order_line l ON l.id = d.line_id
        JOIN purchasing_order_revision v ON v.id = l.revision_id
        ORDER BY v.purchase_order_id, l.line, d.cancelled_quantity = d.quantity, d.number DESC
    )
    UPDATE purchasing_delivery d SET
        quantity = CASE WHEN r.is_whole THEN d.quantity ELSE d.quantity + r.quantity END,
        cancelled_quantity = CASE WHEN r.is_whole THEN d.cancelled_quantity ELSE d.cancelled_quantity + r.quantity END,
        refused_quantity = CASE WHEN r.is_whole THEN least(d.cancelled_quantity, r.quantity) ELSE r.quantity END
    FROM refused r JOIN bearing b ON b.purchase_order_id = r.purchase_order_id AND b.line = r.line
    WHERE d.id = b.id AND r.quantity > 0
"""
FILL_CANCELLED = """
    UPDATE purchasing_delivery d SET cancelled_on = (
        SELECT max(e.recorded_at)::date FROM journal_audit_event e
        WHERE e.subject = 'purchase_order:' || o.number
            AND e.verb IN ('purchasing.cancelled', 'purchasing.changed', 'purchasing.cut')
    )
    FROM purchasing_order_line l
    JOIN purchasing_order_revision v ON v.id = l.revision_id
    JOIN purchasing_purchase_order o ON o.id = v.purchase_order_id
    WHERE l.id = d.line_id AND d.cancelled_quantity > d.refused_quantity
"""


class Migration(migrations.Migration):

    dependencies = [
        ('purchasing', '0010_chases'),
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='refused_quantity',
            field=ownstock.journal.fields.QuantityField(default=0, help_text='The part of it that the supplier would not send.'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='cancelled_on',
            field=models.DateField(help_text='When we last cancelled something of it; empty: we did not.', null=True),
        ),
        migrations.RunSQL(FILL_REFUSED, migrations.RunSQL.noop),
        migrations.RunSQL(FILL_CANCELLED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('refused_quantity__gte', 0), ('refused_quantity__lte', models.F('cancelled_quantity'))), name='delivery_refused_is_cancelled'),
        ),
    ]
