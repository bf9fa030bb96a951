"""The rows of buying, one room a noun."""

from ownstock.purchasing.models.answers import Acknowledgement
from ownstock.purchasing.models.approvals import ApprovalLimit, OrderApproval
from ownstock.purchasing.models.chases import Chase
from ownstock.purchasing.models.clauses import OrderClause
from ownstock.purchasing.models.conformity import ConformityCertificate, ConformityWithdrawal
from ownstock.purchasing.models.discrepancies import Discrepancy, Settlement, SupplierReturn
from ownstock.purchasing.models.disputes import Dispute, DisputeSettlement
from ownstock.purchasing.models.invoices import Invoice, InvoiceCharge, InvoiceLine, InvoiceShare, MatchPolicy
from ownstock.purchasing.models.notices import NoticeLine, ShippingNotice
from ownstock.purchasing.models.orders import Delivery, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.models.past_deliveries import PastDelivery
from ownstock.purchasing.models.receipts import Receipt, ReceiptRate
from ownstock.purchasing.models.scorecards import SupplierComment
from ownstock.purchasing.models.transfers import TransferEntry, TransferLine, TransferOrder, TransitPlace

__all__ = [
    "Acknowledgement", "ApprovalLimit", "Chase", "ConformityCertificate", "ConformityWithdrawal", "Delivery",
    "Discrepancy", "Dispute", "DisputeSettlement", "Invoice", "InvoiceCharge", "InvoiceLine", "InvoiceShare",
    "MatchPolicy", "NoticeLine", "OrderApproval", "OrderClause", "OrderLine", "OrderRevision", "PastDelivery",
    "PurchaseOrder", "Receipt", "ReceiptRate", "Settlement", "ShippingNotice", "SupplierComment", "SupplierReturn",
    "TransferEntry", "TransferLine", "TransferOrder", "TransitPlace",
]  # fmt: skip
