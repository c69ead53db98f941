"""Reads tags with pyllrp for some seconds: pyllrp_client.py PORT SECONDS."""

import sys
import time

from pyllrp.LLRPConnector import LLRPConnector
from pyllrp.pyllrp import (
    DELETE_ROSPEC_Message,
    DISABLE_ROSPEC_Message,
    ENABLE_ROSPEC_Message,
    HexFormatToStr,
    RO_ACCESS_REPORT_Message,
    SET_READER_CONFIG_Message,
)
from pyllrp.TagInventory import TagInventory

seen = set()
inventory = TagInventory("127.0.0.1")
connector = LLRPConnector()
connector.connect("127.0.0.1", int(sys.argv[1]))
connector.addHandler(
    RO_ACCESS_REPORT_Message,
    lambda _connector, report: seen.update(
        HexFormatToStr(tag["EPC"]) for tag in report.getTagData()
    ),
)
for request in (
    SET_READER_CONFIG_Message(ResetToFactoryDefault=True),
    DISABLE_ROSPEC_Message(ROSpecID=0),
    DELETE_ROSPEC_Message(ROSpecID=0),
    inventory.GetROSpec(),
    ENABLE_ROSPEC_Message(ROSpecID=inventory.roSpecID),
):
    response = connector.transact(request)
    assert response.success(), response
connector.startListener()
time.sleep(float(sys.argv[2]))
connector.stopListener()
response = connector.transact(DISABLE_ROSPEC_Message(ROSpecID=inventory.roSpecID))
assert response.success(), response
connector.disconnect()
print("distinct", len(seen))
