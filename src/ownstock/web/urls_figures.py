"""The addresses of the pages of figures: monitoring, the health of stock, cash."""

from __future__ import annotations

from django.urls import path

from ownstock.web.views import cash, monitoring, policies, stock_health, worker_asked

urlpatterns = [
    path("monitoring", monitoring.monitoring, name="monitoring"),
    path("monitoring/today", monitoring.today, name="monitoring-today"),
    path("monitoring/items", monitoring.moving_items, name="moving-items"),
    path("monitoring/items/rows", monitoring.moving_item_rows, name="moving-item-rows"),
    path("monitoring/movements", monitoring.moved, name="moved"),
    path("monitoring/measure", worker_asked.measure, name="measure"),
    path("monitoring/measuring", worker_asked.measuring_progress, name="measuring"),
    path("stock-health", stock_health.stock_health, name="stock-health"),
    path("stock-health/policy", policies.policy_cell, name="policy-cell"),
    path("stock-health/<str:name>", stock_health.figure, name="health-figure"),
    path("stock-health/<str:name>/rows", stock_health.rows, name="health-rows"),
    path("stock-health/<str:name>/file.csv", stock_health.file, name="health-file"),
    path("cash", cash.cash_page, name="cash"),
    path("cash/lines", cash.lines, name="cash-lines"),
    path("cash/rate", cash.rate, name="cash-rate"),
    path("cash/budget", cash.budget, name="cash-budget"),
    path("cash/cut", cash.cut, name="cash-cut"),
    path("cash/look-ahead", worker_asked.look_ahead, name="look-ahead"),
    path("cash/progress", worker_asked.look_ahead_progress, name="cash-progress"),
]
