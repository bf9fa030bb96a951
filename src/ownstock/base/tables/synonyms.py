"""What other systems and other languages call our columns. Case, spaces, accents and punctuation do not matter.

A heading means a field only where the import has that field, so that one word may serve several kinds of import.
"""

from __future__ import annotations

SYNONYMS: dict[str, tuple[str, ...]] = {
    "sku": (
        "Item", "Item code", "Item number", "Item no", "Item ID", "Item SKU", "Product", "Product code",
        "Product SKU", "Product number", "Product ID", "Variant SKU", "Part", "Part number", "Part no", "Stock code",
        "Internal reference", "Default code", "Material", "Material number", "Article", "Article number",
        "Article code", "Artikel", "Artikelnummer", "Artikel-Nr.", "Art.-Nr.", "Materialnummer", "Référence",
        "Référence article", "Code article", "Código", "Código de artículo", "Referencia", "Codice articolo",
        "Artikelcode", "Artikelnr",
    ),
    "description": (
        "Name", "Title", "Item name", "Item description", "Product name", "Product title", "Product description",
        "Display name", "Bezeichnung", "Beschreibung", "Artikelbezeichnung", "Artikelname", "Désignation", "Libellé",
        "Descripción", "Nombre", "Descrizione", "Omschrijving",
    ),
    "unit": (
        "UoM", "Unit of measure", "Stock unit", "Stock UoM", "Default unit of measure", "Base unit", "Einheit",
        "Mengeneinheit", "Lagereinheit", "Unité", "Unidad", "Unità", "Eenheid",
    ),
    "unit_cost": (
        "Cost", "Cost per item", "Cost price", "Standard cost", "Standard price", "Average cost", "Item cost",
        "Valuation rate", "Incoming rate", "Einstandspreis", "Kosten", "Coût", "Coût unitaire", "Prix de revient",
        "Coste", "Costo", "Kostprijs",
    ),
    "code": (
        "ID", "Short name", "Supplier code", "Supplier ID", "Vendor code", "Vendor ID", "Vendor number",
        "Location code", "Location ID", "Warehouse code", "Kürzel", "Lieferantennummer", "Kreditor",
        "Code fournisseur",
    ),
    "name": (
        "Full name", "Long name", "Supplier name", "Vendor name", "Company name", "Location name", "Warehouse name",
        "Firma", "Lieferantenname", "Nom", "Raison sociale", "Nombre", "Nome", "Naam",
    ),
    "kind": (
        "Type", "Movement type", "Transaction type", "Document type", "Location type", "Art", "Bewegungsart", "Typ",
    ),
    "parent": (
        "Parent location", "Parent code", "Parent warehouse", "Belongs to", "Übergeordnet",
    ),
    "time_zone": (
        "Timezone", "TZ", "Zeitzone", "Fuseau horaire",
    ),
    "email": (
        "E-mail", "Mail", "Email address", "E-mail address", "Email ID", "E-Mail-Adresse", "Courriel",
        "Adresse e-mail",
    ),
    "currency": (
        "Currency code", "Primary currency", "Default currency", "Billing currency", "Währung", "Devise", "Moneda",
        "Valuta",
    ),
    "supplier": (
        "Vendor", "Supplier code", "Vendor code", "Supplier ID", "Vendor ID", "Preferred vendor", "Lieferant",
        "Lieferantennummer", "Kreditor", "Fournisseur", "Code fournisseur", "Proveedor", "Fornitore", "Leverancier",
    ),
    "site": (
        "Warehouse", "Warehouse code", "Site code", "Store", "Branch", "Plant", "Standort", "Werk", "Filiale",
        "Dépôt", "Almacén", "Magazzino", "Magazijn",
    ),
    "supplier_sku": (
        "Vendor SKU", "Vendor code of item", "Vendor product code", "Vendor part number", "Supplier part number",
        "Supplier product code", "Supplier item code", "Lieferantenartikelnummer", "Référence fournisseur",
        "Referencia del proveedor", "Codice fornitore articolo", "Artikelnummer leverancier",
    ),
    "purchase_unit": (
        "Purchase UoM", "Purchase unit of measure", "Buying unit", "Order unit", "Bestelleinheit", "Unité d'achat",
    ),
    "units_per_purchase_unit": (
        "Units per pack", "Pack size", "Units per carton", "Conversion factor", "Inhalt je VPE", "VPE",
    ),
    "moq": (
        "Minimum order quantity", "Minimum quantity", "Min order qty", "Min qty", "Minimum qty",
        "Mindestbestellmenge", "Mindestmenge", "Quantité minimum", "Quantité minimale", "Cantidad mínima",
    ),
    "order_multiple": (
        "Multiple", "Order multiples", "Lot size", "Multiple quantity", "Qty multiple", "Losgröße", "Multiple de",
    ),
    "price": (
        "Unit price", "Purchase price", "Vendor price", "Buying price", "Net price", "Preis", "Einkaufspreis",
        "Stückpreis", "Prix", "Prix d'achat", "Precio", "Prezzo", "Prijs",
    ),
    "lead_time_days": (
        "Lead time", "Delivery lead time", "Lead time in days", "Lieferzeit", "Lieferzeit in Tagen",
        "Wiederbeschaffungszeit", "Délai", "Délai de livraison", "Plazo de entrega", "Levertijd",
    ),
    "valid_from": (
        "Start date", "From date", "Valid since", "Gültig ab", "Gültig von", "Valable du", "Valable à partir du",
        "Válido desde", "Valido dal", "Geldig vanaf",
    ),
    "valid_to": (
        "End date", "Valid until", "Valid till", "Valid upto", "Gültig bis", "Valable au", "Valable jusqu'au", "Válido hasta",
        "Valido fino al", "Geldig tot",
    ),
    "priority": (
        "Rank", "Sequence", "Priorität", "Priorité", "Prioridad",
    ),
    "stock_units": (
        "Conversion factor", "Conversion", "Factor", "Numerator", "Stock units per unit", "Contains", "Content",
        "Umrechnungsfaktor", "Umrechnung", "Zähler", "Inhalt", "Facteur de conversion", "Factor de conversión",
        "Fattore di conversione",
    ),
    "per_units": (
        "Denominator", "Per", "Nenner",
    ),
    "tracking": (
        "Tracked by", "Tracking method", "Lot tracking", "Chargenpflicht", "Suivi",
    ),
    "receiving_status": (
        "Received as", "Status on receipt", "Wareneingangsstatus",
    ),
    "release_days": (
        "Days to release", "Inspection days", "Inspection time", "GR processing time", "Quarantine days", "Prüfdauer",
        "WE-Bearbeitungszeit", "Délai de libération",
    ),
    "valuation_method": (
        "Valuation", "Costing method", "Cost method", "Bewertungsverfahren", "Méthode de valorisation",
    ),
    "expires_on": (
        "Expires", "Expiry", "Expiry date", "Expiration date", "Expiration", "Best before", "Use by", "Shelf life date",
        "SLED", "Verfallsdatum", "Verfalldatum", "Ablaufdatum", "MHD", "Mindesthaltbarkeitsdatum", "Date de péremption",
        "Date d'expiration", "DLC", "DLUO", "Fecha de caducidad", "Data di scadenza", "Houdbaar tot",
    ),
    "retest_on": (
        "Retest", "Retest date", "Next inspection date", "Next inspection", "Nachprüfdatum", "Date de recontrôle",
    ),
    "reason": (
        "Why", "Because", "Grund", "Begründung", "Raison", "Motif", "Motivo",
    ),
    "review_period_days": (
        "Review period", "Order cycle", "Order every days", "Bestellrhythmus",
    ),
    "holding_rate": (
        "Carrying cost", "Holding cost rate", "Lagerkostensatz",
    ),
    "shortage_cost": (
        "Stockout cost", "Penalty cost", "Margin", "Fehlmengenkosten",
    ),
    "unserved_demand": (
        "Backorders", "Unserved", "Backorder policy",
    ),
    "posting_key": (
        "Key", "Posting ID", "Movement ID", "Transaction ID", "Entry no", "Buchungsnummer",
    ),
    "reference": (
        "Document", "Document number", "Document no", "Invoice", "Invoice no", "Invoice number", "Order",
        "Order number", "Voucher", "Voucher no", "Voucher #", "Beleg", "Belegnummer", "Belegnr.", "Rechnungsnummer",
        "Pièce", "N° de pièce", "Documento",
    ),
    "lot": (
        "Batch", "Batch no", "Batch number", "Lot number", "Lot no", "Lot/Serial Number", "Serial", "Serial no",
        "Serial number", "Charge", "Chargennummer", "Seriennummer", "N° de lot", "Lote", "Lotto", "Partij",
    ),
    "source": (
        "From", "From location", "Source location", "From warehouse", "Source warehouse", "Von", "Von Lagerort", "De",
        "Emplacement source", "Desde", "Origen",
    ),
    "target": (
        "To", "To location", "Destination", "Destination location", "Target location", "To warehouse",
        "Target warehouse", "Nach", "Nach Lagerort", "Vers", "Emplacement destination", "Hasta", "Destino",
    ),
    "location": (
        "Location code", "Location name", "Inventory location", "Stock location", "Warehouse", "Warehouse code",
        "Bin", "Store", "Lagerort", "Lager", "Lagerplatz", "Emplacement", "Dépôt", "Ubicación", "Almacén",
        "Magazzino",
    ),
    "quantity": (
        "Qty", "Amount", "Quantity on hand", "Qty on hand", "On hand", "On hand quantity", "Stock", "Stock on hand",
        "Available quantity", "Actual qty", "Actual quantity", "Units", "Done", "Menge", "Anzahl", "Bestand",
        "Lagerbestand", "Quantité", "Stock réel", "Cantidad", "Existencias", "Quantità", "Giacenza", "Aantal",
        "Voorraad",
    ),
    "moved_at": (
        "Date", "Datetime", "Date and time", "Timestamp", "Posting date", "Posting datetime", "Movement date",
        "Transaction date", "Invoice date", "Moved on", "Datum", "Buchungsdatum", "Belegdatum", "Date de mouvement",
        "Fecha", "Data",
    ),
    "source_status": (
        "From status", "Source quality status",
    ),
    "target_status": (
        "To status", "Target quality status",
    ),
    "status": (
        "Quality status", "Stock status", "Qualitätsstatus",
    ),
    "assumed": (
        "Is assumed", "Estimated",
    ),
    "promised_on": (
        "Promised", "Promise date", "Promised date", "Delivery date", "Confirmed date", "Liefertermin",
        "Bestätigter Termin", "Date de livraison",
    ),
    "line": (
        "Line number", "Line no", "Position", "Pos", "Pos.", "Ligne",
    ),
    "category": (
        "Item category", "Product category", "Item group", "Commodity", "Kategorie", "Warengruppe", "Artikelgruppe",
        "Catégorie", "Famille", "Categoría", "Familia", "Categoria", "Categorie", "Artikelgroep",
    ),
    "gtin": ("EAN", "EAN code", "EAN-13", "UPC", "GTIN-14", "GTIN code"),
    "weight_kg": (
        "Weight", "Weight (kg)", "Gross weight", "Gewicht", "Gewicht (kg)", "Bruttogewicht", "Poids", "Poids (kg)",
        "Peso", "Peso (kg)", "Gewicht in kg",
    ),
    "volume_l": (
        "Volume (l)", "Volume in litres", "Volumen (l)", "Volume en litres", "Volumen en litros", "Volume in litri",
        "Volume in liters", "Inhoud (l)",
    ),
    "from_quantity": (
        "From qty", "Minimum quantity", "Min qty", "Break", "Price break", "Quantity from", "Scale", "Scale quantity",
        "Ab Menge", "Staffel", "Staffelmenge", "Menge ab", "À partir de", "Quantité à partir de", "Seuil",
        "Cantidad desde", "Desde cantidad", "Escala", "Da quantità", "Scaglione", "Vanaf", "Vanaf aantal", "Staffelaantal",
    ),
    "per": (
        "Price per", "Price unit quantity", "Per quantity", "Preiseinheit", "Preis je", "Pro", "Prix par", "Par",
        "Precio por", "Por", "Prezzo per", "Prijs per",
    ),
    "certificate": (
        "Certificate type", "Certificate kind", "Standard", "Zertifikat", "Zertifikatsart", "Norm", "Certificat",
        "Norme", "Certificado", "Norma", "Certificato", "Certificaat",
    ),
    "number": (
        "Certificate number", "Certificate no", "Zertifikatsnummer", "Nummer", "Numéro", "Numéro de certificat",
        "Número", "Número de certificado", "Numero", "Numero di certificato", "Certificaatnummer",
        "Invoice number", "Invoice no", "Invoice", "Rechnungsnummer", "Rechnungs-Nr.", "Rechnung", "Numéro de facture",
        "Número de factura", "Numero fattura", "Factuurnummer",
    ),
    "issuer": (
        "Issued by", "Certification body", "Aussteller", "Zertifizierungsstelle", "Émetteur", "Organisme", "Emisor",
        "Organismo", "Emittente", "Ente", "Uitgever", "Uitgegeven door",
    ),
    "begins_on": (
        "Closed from", "First day", "Beginn", "Geschlossen ab", "Erster Tag", "Fermé du", "Premier jour", "Cerrado desde",
        "Primer día", "Chiuso dal", "Primo giorno", "Gesloten vanaf", "Eerste dag",
    ),
    "ends_on": (
        "Closed to", "Closed until", "Last day", "Ende", "Geschlossen bis", "Letzter Tag", "Fermé au", "Dernier jour",
        "Cerrado hasta", "Último día", "Chiuso fino al", "Ultimo giorno", "Gesloten tot", "Laatste dag",
    ),
    "incoterm": (
        "Incoterms", "Delivery terms", "Lieferbedingung", "Condition de livraison", "Condiciones de entrega",
        "Termini di consegna", "Leveringsvoorwaarde",
    ),
    "net_days": (
        "Payment days", "Net payment days", "Zahlungsziel", "Zahlungsziel in Tagen", "Délai de paiement",
        "Plazo de pago", "Termine di pagamento", "Betaaltermijn",
    ),
    "minimum_order_value": (
        "Minimum order", "Min order value", "Mindestbestellwert", "Minimum de commande", "Valor mínimo de pedido",
        "Valore minimo ordine", "Minimale bestelwaarde",
    ),
    "invoiced_on": (
        "Invoice date", "Date of invoice", "Date", "Rechnungsdatum", "Belegdatum", "Datum", "Date de facture",
        "Fecha de factura", "Data fattura", "Factuurdatum",
    ),
    "due_on": (
        "Due date", "Due", "Payable by", "Fällig", "Fällig am", "Fälligkeit", "Fälligkeitsdatum", "Zahlbar bis",
        "Échéance", "Date d'échéance", "Vencimiento", "Scadenza", "Vervaldatum",
    ),
    "total": (
        "Invoice total", "Total amount", "Gross amount", "Gross", "Gesamtbetrag", "Rechnungsbetrag", "Bruttobetrag",
        "Brutto", "Total TTC", "Montant total", "Importe total", "Totale", "Totaal", "Totaalbedrag",
    ),
    "charges": (
        "Charge", "Freight", "Shipping", "Fracht", "Frachtkosten", "Versandkosten", "Nebenkosten", "Frais de port",
        "Portes", "Spese di trasporto", "Vrachtkosten",
    ),
    "taxes": (
        "Tax", "Tax amount", "VAT", "Sales tax", "Steuer", "Steuern", "Steuerbetrag", "Mehrwertsteuer", "MwSt", "USt",
        "Umsatzsteuer", "TVA", "IVA", "BTW",
    ),
    "purchase_order": (
        "Order", "Order number", "Order no", "PO", "PO number", "Purchase order number", "Bestellung", "Bestellnummer",
        "Bestell-Nr.", "Commande", "Numéro de commande", "Pedido", "Ordine", "Bestelnummer",
    ),
    "order_weekdays": (
        "Order days", "Bestelltage", "Jours de commande", "Días de pedido", "Giorni d'ordine", "Besteldagen",
    ),
}  # fmt: skip
