"""The report of a run, tens of megabytes of requests and answers, as what the tests ask of it: how
many cases there were, for which operations, and each breach once."""

import json
import sys


def breach(operation, status, what):
    return operation or "", status or 0, what.split("\n")[0]


cases, tried, breaches = 0, set(), set()
for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line) if line.strip() else {}
    if "NonFatalError" in entry:
        error = entry["NonFatalError"]
        breaches.add(breach(error.get("label"), 0, error["value"]["message"]))
    recorder = entry.get("ScenarioFinished", {}).get("recorder", {})
    if recorder.get("cases"):
        cases += len(recorder["cases"])
        tried.add(recorder["label"])
    for case, checks in recorder.get("checks", {}).items():
        answer = recorder.get("interactions", {}).get(case, {}).get("response") or {}
        for check in checks:
            if check["status"] == "failure":
                failure = check["failure_info"]["failure"]
                what = failure["title"] + ": " + failure["message"]
                breaches.add(breach(failure["operation"], answer.get("status_code"), what))

names = ("operation", "status", "what")
print(
    json.dumps(
        {
            "cases": cases,
            "tried": sorted(tried),
            "breaches": [dict(zip(names, it)) for it in sorted(breaches)],
        }
    )
)
