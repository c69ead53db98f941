#!/usr/bin/env python3
"""Holds our verdicts on EPCIS documents against a draft-07 validator with GS1's JSON Schema.

Documents of the fixtures are mutated (seeded): members deleted, doubled, renamed, retyped, values
changed. Both sides judge each; every disagreement is listed with the seed that makes it.

Needs: pip install jsonschema rfc3986-validator rfc3339-validator
Usage: cargo build -p gs1 --example validate
       json_schema.py FIXTURES VALIDATE_BINARY [COUNT [SEED]]
"""
import copy
import json
import pathlib
import random
import subprocess
import sys

import jsonschema

WORDS = [
    "", "x", "a:", "ext:x", "cbv:BizStep-packing", "urn:epcglobal:cbv:bizstep:packing", "shipping",
    "https://ns.gs1.org/cbv/BizStep-packing", "https://ref.gs1.org/cbv/Disp-active", "active",
    "https://gs1.org/voc/Temperature", "gs1:Temperature", "Temperature", "ADD", "OBSERVE", "DELETE",
    "add", "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent",
    "AssociationEvent", "EPCISDocument", "EPCISQueryDocument", "https://example.com/MyEvent",
    "2026-03-01T07:00:00Z", "2026-03-01T07:00:00.123+01:00", "2026-03-01 07:00:00Z",
    "2026-02-29T07:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T07:00:60Z", "0000-01-01T00:00:00Z",
    "2026-03-01t07:00:00z", "2026-03-01T07:00:00+14:30", "+14:00", "-14:00", "+14:01", "+00:00",
    "Z", "+1:00", "2.0", "2", "2.", "v2", "KGM", "kgm", "K", "C62", "KGMM", "deadBEEF", "0xff",
    "urn:epc:id:sgtin:0614141.107346.2018", "https://id.gs1.org/01/09506000134352/21/1",
    "https://user@host:80/p?q#f", "https://[::1]/", "https://[::g]/", "a b", "a:b c", "a:%zz",
    "a:#b#c", "a:[b]", "did_not_occur", "incorrect_data", "po", "owning_party", "location",
    "ALARM_CONDITION", "x:y", "longitude", "urn:\u00e9", "\u00e9:x", "1a:b", "a+b-c.d:x", ":x",
    "//host/path", "mailto:a@b", "epcList", "@context", "type", "id",
]
VALUES = [None, True, False, 0, 1.5, -3, [], {}, [1], ["urn:x:y", "urn:x:y"], {"id": "urn:x:y"},
          {"a": 1}, ["x"], [[]], [{}], [None], {"@value": "x"}]


def places(node, path=()):
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from places(value, path + (index,))


def mutate(document, names, rng):
    document = copy.deepcopy(document)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        everywhere = [path for path in places(document) if path]
        if not everywhere:
            return document
        path = rng.choice(everywhere)
        parent = document
        for step in path[:-1]:
            parent = parent[step]
        step = path[-1]
        value = parent[step]
        action = rng.randrange(8)
        if action == 0:
            del parent[step]
        elif action == 1 and isinstance(parent, list):
            parent.insert(step, copy.deepcopy(value))
        elif action == 1:
            parent[rng.choice(names)] = copy.deepcopy(value)
        elif action == 2 and isinstance(parent, dict):
            parent[rng.choice(names + WORDS)] = parent.pop(step)
        elif action == 3:
            parent[step] = copy.deepcopy(rng.choice(VALUES))
        elif action == 4:
            parent[step] = [value]
        elif action == 5 and isinstance(value, list) and value:
            parent[step] = value[0]
        elif action == 6 and isinstance(value, str) and value:
            at = rng.randrange(len(value))
            new = rng.choice([" ", "%", "#", "[", ":", "/", "Z", "0", "", "\u00e9", "<", "-", "a"])
            parent[step] = value[:at] + new + value[at + 1:]
        else:
            parent[step] = rng.choice(WORDS)
    return document


def main():
    fixtures, binary = pathlib.Path(sys.argv[1]), sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    schema = json.loads((fixtures / "epcis/spec/gs1-epcis/EPCIS-JSON-Schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    assert not validator.is_valid({"type": "x y", "@context": "urn:x"}), "no checker of uris"

    documents = []
    for path in sorted((fixtures / "epcis/documents").rglob("*.json*")):
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        events = None
        if isinstance(document, dict) and isinstance(document.get("epcisBody"), dict):
            body = document["epcisBody"]
            events = body.get("eventList") or body.get("queryResults", {}).get("resultsBody", {}).get("eventList")
        if not isinstance(document, dict) or "type" not in document:
            continue
        documents.append(document)
        for event in events or []:
            alone = dict(event)
            alone.setdefault("@context", document.get("@context"))
            documents.append(alone)
            small = copy.deepcopy(document)
            if "eventList" in small["epcisBody"]:
                small["epcisBody"]["eventList"] = [copy.deepcopy(event)]
                documents.append(small)
    names = sorted({step for d in documents for p in places(d) for step in p if isinstance(step, str)})

    rng = random.Random(seed)
    cases = [mutate(rng.choice(documents), names, rng) for _ in range(count)]
    text = "".join(json.dumps(case) + "\n" for case in cases)
    answer = subprocess.run([binary], input=text, capture_output=True, text=True, check=True).stdout
    verdicts = [json.loads(line) for line in answer.splitlines()]
    assert len(verdicts) == count
    valid = disagreed = 0
    for index, (case, ours) in enumerate(zip(cases, verdicts)):
        theirs = validator.is_valid(case)
        valid += theirs
        if theirs != ours["schema_valid"]:
            disagreed += 1
            print(f"case {index}: schema says {theirs}, we say {ours['schema_valid']}")
            if theirs:
                print("   ours:", json.dumps(ours["problems"])[:600])
            else:
                error = jsonschema.exceptions.best_match(validator.iter_errors(case))
                print("   theirs:", list(error.absolute_path), error.message[:300])
            print("   ", json.dumps(case)[:200])
    print(f"seed {seed}: {count} documents, {valid} valid, {disagreed} disagreements")
    return 1 if disagreed else 0


if __name__ == "__main__":
    sys.exit(main())
