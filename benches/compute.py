#!/usr/bin/env python3
"""Pith Numbers from lines of arXiv's metadata snapshot, in the straightforward way: what `pith compute` is measured against."""

import base64
import hashlib
import json
import sys
from email.utils import parsedate_to_datetime


def text_digest(text):
    return hashlib.sha256(" ".join(text.split()).lower().encode()).hexdigest()


for line in sys.stdin:
    paper = json.loads(line)
    categories = paper["categories"].split()
    first = next(version for version in paper["versions"] if version["version"] == "v1")
    submitted = parsedate_to_datetime(first["created"])
    record = {
        "metadata": {
            "abstract_canon_sha256": text_digest(paper["abstract"]),
            "cross_cats_sorted": sorted(categories[1:]),
            "license": paper["license"] or "",
            "primary_cat": categories[0],
            "submitted_at": submitted.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "title_canon_sha256": text_digest(paper["title"]),
        },
        "schema_version": "1.0",
        "source": {
            "id": paper["id"],
            "kind": "arxiv",
            "version": max(int(version["version"][1:]) for version in paper["versions"]),
        },
    }
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    suffix = base64.b32encode(hashlib.sha256(canonical.encode()).digest()).decode()[:26]
    print(f"pith:{submitted.year}:{suffix}")
