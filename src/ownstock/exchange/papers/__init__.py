"""What people hold in their hands: orders, count sheets and notes of transfers as PDF and CSV, and the mail of an order."""
