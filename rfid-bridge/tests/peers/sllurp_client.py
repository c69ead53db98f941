"""Reads tags with sllurp for some seconds: sllurp_client.py PORT SECONDS."""

import os
import sys
import threading
import time

from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig

seen = set()
config = LLRPReaderConfig({
    "antennas": [1, 2],
    "report_every_n_tags": 10,
    "tag_content_selector": {
        "EnableROSpecID": False,
        "EnableSpecIndex": False,
        "EnableInventoryParameterSpecID": False,
        "EnableAntennaID": True,
        "EnableChannelIndex": False,
        "EnablePeakRSSI": True,
        "EnableFirstSeenTimestamp": True,
        "EnableLastSeenTimestamp": True,
        "EnableTagSeenCount": True,
        "EnableAccessSpecID": False,
    },
})


def on_report(_reader, tags):
    """Collects the distinct EPCs."""
    seen.update(tag["EPC"] for tag in tags)


client = LLRPReaderClient("127.0.0.1", int(sys.argv[1]), config)
client.add_tag_report_callback(on_report)
client.connect()
time.sleep(float(sys.argv[2]))
print("distinct", len(seen), flush=True)
# The library may wait for ever for its own thread; the figure is told by now.
leaving = threading.Thread(target=client.disconnect, kwargs={"timeout": 3}, daemon=True)
leaving.start()
leaving.join(5)
os._exit(0)
