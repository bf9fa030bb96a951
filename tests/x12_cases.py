"""Messages in X12 for tests, written by us."""

from __future__ import annotations

from ownstock.exchange.x12.problems import Problem
from ownstock.exchange.x12.reading import Reading

ISA = "ISA*00*          *00*          *ZZ*SUPPLIER       *ZZ*OWNSTOCK       *260302*0930*U*00401*000000007*0*T*>"
ORDER = (
    "ST*850*0001",
    "BEG*00*SA*PO-000012**20260302",
    "CUR*BY*EUR",
    "REF*CO*C-9",
    "DTM*002*20260316",
    "N9*ZZ*1",
    "MSG*Ring at the back door",
    "N1*ST*Main warehouse*92*MAIN",
    "N3*1 Long Street",
    "N4*Leeds**LS1 1AA*GB",
    "PO1*1*120*EA*2.5**BP*CUP*VP*CUP-S*UP*400638133393",
    "PID*F****Cup, blue",
    "PO1*2*6.25*KG*0.0375**BP*TEA",
    "DTM*002*20260320",
    "CTT*2",
    "SE*16*0001",
)
ANSWER = (
    "ST*855*0001",
    "BAK*00*AC*PO-000012*20260302****S-77*20260303",
    "PO1*1*120*EA*2.5**BP*CUP",
    "ACK*IQ*100*EA*067*20260318",
    "ACK*IB*20*EA*068*20260401",
    "DTM*067*20260404",
    "PO1*2*6.25*KG*0.0375**BP*TEA",
    "ACK*IR",
    "PO1*3*5*EA***BP*POT",
    "ACK*IS*5*EA****VP*POT-NEW",
    "CTT*3",
    "SE*12*0001",
)
NOTICE = (
    "ST*856*0001",
    "BSN*00*SHIP-1*20260317*1200*0001",
    "HL*1**S",
    "TD1*CTN*2****G*24.5*KG",
    "REF*BM*B-1",
    "DTM*011*20260317",
    "DTM*017*20260318",
    "HL*2*1*O",
    "PRF*PO-000012",
    "HL*3*2*P",
    "MAN*GM*00340123450000000018",
    "HL*4*3*I",
    "LIN*1*BP*CUP*LT*L-5",
    "SN1**60*EA",
    "DTM*036*20280101",
    "HL*5*2*I",
    "LIN*2*BP*TEA",
    "SN1**6.25*KG",
    "CTT*5",
    "SE*20*0001",
)
INVOICE = (
    "ST*810*0001",
    "BIG*20260320*INV-9*20260302*PO-000012",
    "CUR*SE*EUR",
    "IT1*1*100*EA*2.5**BP*CUP",
    "SAC*A*C310***500",
    "TDS*25405",
    "TXI*VA*40.5*19****3*250",
    "SAC*C*G830***905",
    "CTT*1",
    "SE*10*0001",
)
CHANGE = (
    "ST*860*0001",
    "BCH*04*SA*PO-000012**1*20260302*****20260305",
    "POC*1*QD*20*100*EA*2.5**BP*CUP",
    "POC*2*DI",
    "CTT*2",
    "SE*6*0001",
)
SYNTAX_ANSWER = (
    "ST*997*0001",
    "AK1*PO*7",
    "AK2*850*0001",
    "AK3*PO1*11**8",
    "AK4*7**2",
    "AK4*2**6*many",
    "AK3*BEG*2**3",
    "AK5*R*5",
    "AK9*R*1*1*0",
    "SE*10*0001",
)
CHANGE_ANSWER = (
    "ST*865*0001",
    "BCA*00*AC*PO-000012**1*20260302***S-77*20260306",
    "POC*1*CA*100**EA*2.5**BP*CUP",
    "REF*ZZ**From the other works",
    "ACK*IA*100*EA*067*20260320",
    "POC*2*DI*6.25**KG",
    "ACK*IR*0*KG",
    "CTT*2",
    "SE*9*0001",
)
AVAILABILITY = (
    "ST*846*0001",
    "BIA*00*DD*INV-3*20260302",
    "CUR*SE*EUR",
    "LIN*1*VP*CUP-S",
    "PID*F****Cup, blue",
    "CTP**CON*2.5*1*EA",
    "QTY*33*480*EA",
    "SCH*1000*EA***018*20260401",
    "LIN*2*VP*TEA-S",
    "QTY*17*0*KG",
    "CTT*2",
    "SE*12*0001",
)
FORECAST = (
    "ST*830*0001",
    "BFR*00*F-8**DL*A*20260302*20260525*20260301",
    "N1*SE*Cup Works*92*S-1",
    "LIN*1*BP*CUP*VP*CUP-S",
    "UIT*EA",
    "PID*F****Cup, blue",
    "FST*120*C*W*20260302",
    "FST*96.5*B*W*20260309",
    "FST*400*D*M*20260401",
    "CTT*1",
    "SE*11*0001",
)
GROUPS = {
    "850": "PO", "855": "PR", "856": "SH", "810": "IN", "860": "PC", "865": "CA", "846": "IB", "830": "PS", "997": "FA",
    "940": "OW",
}  # fmt: skip
MESSAGES = {
    "850": ORDER, "855": ANSWER, "856": NOTICE, "810": INVOICE, "860": CHANGE, "865": CHANGE_ANSWER,
    "846": AVAILABILITY, "830": FORECAST, "997": SYNTAX_ANSWER,
}  # fmt: skip


def interchange(
    *messages: tuple[str, ...], end: str = "~", line: str = "\n", element: str = "*", component: str = ">"
) -> bytes:
    """Messages of one kind in an interchange, with the delimiters wanted."""
    kind = messages[0][0].split("*")[1]
    segments = [ISA, f"GS*{GROUPS[kind]}*SUPPLIER*OWNSTOCK*20260302*0930*7*X*004010"]
    segments += [segment for message in messages for segment in message]
    segments += [f"GE*{len(messages)}*7", "IEA*1*000000007"]
    text = (end + line).join(segments) + end + line
    return text.translate(str.maketrans("*>", element + component)).encode()


def changed(raw: bytes, old: str, new: str) -> bytes:
    """The same with a piece of text replaced, which must be there."""
    assert old.encode() in raw
    return raw.replace(old.encode(), new.encode())


def problem(reading: Reading, code: str) -> Problem:
    """The one problem of a code."""
    (found,) = [one for one in reading.problems if one.code == code]
    return found
