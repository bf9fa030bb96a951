import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import ownstock.journal.fields


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("purchasing", "0003_revisions")]

    operations = [
        migrations.CreateModel(
            name="AnswerLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.BinaryField(help_text="SHA-256 of the token.", unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(help_text="From then on it opens nothing.")),
                ("revoked_at", models.DateTimeField(blank=True, help_text="From then on it opens nothing.", null=True)),
                (
                    "last_answered_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When an answer last came by it; looking at the order leaves no trace.",
                        null=True,
                    ),
                ),
                (
                    "order_revision",
                    models.ForeignKey(
                        help_text="What is answered by it.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_links",
                        to="purchasing.orderrevision",
                    ),
                ),
            ],
            options={"db_table": "exchange_answer_link"},
        ),
        migrations.CreateModel(
            name="AnswerRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("comment", models.TextField(help_text="In the supplier's words.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="When the transaction that wrote it began.",
                    ),
                ),
                ("transaction_id", ownstock.journal.fields.TransactionIdField(editable=False)),
                (
                    "acknowledgement",
                    models.OneToOneField(
                        help_text="The answer it belongs to.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remark",
                        to="purchasing.acknowledgement",
                    ),
                ),
            ],
            options={
                "db_table": "exchange_answer_remark",
                "indexes": [models.Index(fields=["transaction_id", "id"], name="answer_remark_by_xact")],
            },
        ),
    ]
