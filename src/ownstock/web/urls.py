"""The addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from ownstock.web.security import for_everybody
from ownstock.web.views import (
    answer_page,
    invoices,
    item_sites,
    messages,
    order_life,
    orders,
    portal,
    portal_papers,
    proposals,
    receiving,
    sheets,
    sign_in,
    supplier_register,
    suppliers,
    transfers,
)

app_name = "web"
urlpatterns = [
    path("", proposals.proposals, name="proposals"),
    path("sign-in", sign_in.SignIn.as_view(), name="sign-in"),
    path("answer/<str:token>", answer_page.answer_page, name="answer-page"),
    path("portal", portal.portal, name="portal"),
    path("portal/orders.csv", portal.portal_orders_csv, name="portal-orders-csv"),
    path("portal/orders/<str:number>", portal.portal_order, name="portal-order"),
    path("portal/orders/<str:number>/notice", portal_papers.portal_notice, name="portal-notice"),
    path("portal/orders/<str:number>/invoice", portal_papers.portal_invoice, name="portal-invoice"),
    path("portal/notices", portal_papers.portal_notices, name="portal-notices"),
    path("portal/invoices", portal_papers.portal_invoices, name="portal-invoices"),
    path("portal/invoices/file", portal_papers.portal_invoice_file, name="portal-invoice-file"),
    path("portal/sheet", portal.portal_sheet, name="portal-sheet"),
    path("answers", sheets.upload_answers, name="answers"),
    path("sign-out", for_everybody(LogoutView.as_view()), name="sign-out"),
    path("proposals/approve", proposals.approve, name="approve"),
    path("proposals/reject", proposals.reject, name="reject"),
    path("proposals/<int:pk>", proposals.proposal, name="proposal"),
    path("item-sites", item_sites.item_sites, name="item-sites"),
    path("item-sites/<int:pk>", item_sites.item_site, name="item-site"),
    path("suppliers", suppliers.suppliers, name="suppliers"),
    path("suppliers/<str:code>", suppliers.supplier, name="supplier"),
    path("suppliers/<str:code>/document", supplier_register.certificate_document, name="certificate-document"),
    *(
        path(f"suppliers/<str:code>/{name}", supplier_register.page_of_task(task), name=f"supplier-{name}")
        for name, task in supplier_register.TASKS.items()
    ),
    path("transfers", transfers.transfers, name="transfers"),
    path("transfers/<str:number>", transfers.transfer, name="transfer"),
    path("transfers/<str:number>/place", transfers.place, name="transfer-place"),
    path("transfers/<str:number>/ship", transfers.ship, name="transfer-ship"),
    path("transfers/<str:number>/receive", transfers.receive, name="transfer-receive"),
    path("transfers/<str:number>/note", transfers.note, name="transfer-note"),
    path("messages", messages.messages, name="messages"),
    path("messages/<str:key>", messages.message, name="message"),
    path("messages/<str:key>/content", messages.message_content, name="message-content"),
    path("messages/<str:key>/replay", messages.replay, name="message-replay"),
    path("messages/<str:key>/discard", messages.discard, name="message-discard"),
    path("orders", orders.orders, name="orders"),
    path("orders/merge", order_life.merge, name="merge-orders"),
    path("orders/<str:number>", orders.order, name="order"),
    path("orders/<str:number>/place", orders.place, name="place"),
    path("orders/<str:number>/answer", orders.answer, name="answer"),
    path("orders/<str:number>/receive", receiving.receive, name="receive"),
    path("orders/<str:number>/take-back", receiving.take_back, name="take-back"),
    path("discrepancies", receiving.discrepancies, name="discrepancies"),
    path("discrepancies/<int:pk>/settle", receiving.settle, name="discrepancy-settle"),
    path("invoices", invoices.invoices, name="invoices"),
    path("invoices/missing", invoices.not_invoiced, name="not-invoiced"),
    path("invoices/<int:pk>", invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/approve", invoices.approve, name="invoice-approve"),
    path("invoices/<int:pk>/dispute", invoices.dispute, name="invoice-dispute"),
    path("invoices/<int:pk>/settle", invoices.settle, name="invoice-settle"),
    path("invoices/<int:pk>/cancel", invoices.cancel, name="invoice-cancel"),
    path("orders/<str:number>/approve", order_life.approve, name="approve-order"),
    path("orders/<str:number>/change", order_life.change, name="change-order"),
    path("orders/<str:number>/cancel", order_life.cancel, name="cancel-order"),
    path("orders/<str:number>/chase", order_life.chase, name="chase"),
    path("orders/<str:number>/prices/<int:line>", order_life.settle_price, name="settle-price"),
]
