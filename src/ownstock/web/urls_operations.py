"""The addresses of the pages of what runs by itself: automation, jobs, and the audit trail of everything."""

from __future__ import annotations

from django.urls import path

from ownstock.web.views import audit, automatic, automation, automation_report, jobs, standing_rules, worker_asked

urlpatterns = [
    path("automation", automation.automation, name="automation"),
    path("automation/pause", automation.pause, name="automation-pause"),
    path("automation/resume", automation.resume, name="automation-resume"),
    path("automation/run", automation.run_now, name="automation-run-now"),
    path("automation/report", automation_report.automation_report, name="automation-report"),
    path("automation/settings", automation.settings, name="automation-settings"),
    path("automation/runs", automation.runs, name="automation-runs"),
    path("automation/runs/<int:pk>", automatic.run, name="automation-run"),
    path("automation/orders/<str:number>/undo", automatic.undo, name="automation-undo"),
    path("automation/items", automatic.autonomies, name="autonomies"),
    path("automation/items/rows", automatic.autonomy_rows, name="autonomy-rows"),
    path("automation/items/<int:pk>", automatic.autonomy, name="autonomy"),
    path("automation/rules", standing_rules.rules, name="standing-rules"),
    path("automation/rules/new", standing_rules.propose, name="standing-rule-new"),
    path("automation/rules/<int:pk>", standing_rules.rule, name="standing-rule"),
    path("automation/rules/<int:pk>/approve", standing_rules.approve, name="standing-rule-approve"),
    path("automation/rules/<int:pk>/end", standing_rules.end, name="standing-rule-end"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/running", jobs.running, name="jobs-running"),
    path("jobs/<int:pk>/retry", jobs.retry, name="job-retry"),
    path("jobs/<int:pk>/discard", jobs.discard, name="job-discard"),
    path("audit", audit.audit, name="audit"),
    path("audit.csv", audit.audit_csv, name="audit-csv"),
    path("audit/verify", worker_asked.verify_seal, name="verify-seal"),
    path("audit/verifying", worker_asked.verifying_progress, name="verifying"),
]
