"""Reads a dataset of a Hub with the official client and with `datasets`, and prints what came of it as one JSON line.

    HF_ENDPOINT=… HF_TOKEN=… python read_hub.py owner/name
"""
import hashlib
import json
import sys

import datasets
import huggingface_hub

datasets.disable_progress_bars()
repo = sys.argv[1]
api = huggingface_hub.HfApi()
digests = {}
for path in api.list_repo_files(repo, repo_type="dataset"):
    local = api.hf_hub_download(repo, path, repo_type="dataset")
    with open(local, "rb") as file:
        digests[path] = hashlib.sha256(file.read()).hexdigest()
ways = {}
for way in ("full", "streaming"):
    rows = datasets.load_dataset(repo, split="train", streaming=way == "streaming")
    ways[way] = sorted(row["content_hash"] for row in rows)
print(json.dumps({"private": api.dataset_info(repo).private, "files": digests, **ways}))
