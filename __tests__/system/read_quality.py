"""Reads a dataset folder with the reference's own classes and prints what it makes of it as one JSON line.

    python read_quality.py FOLDER

`quality.json` goes through its summary class and back; the lines of the shards, in the order of their names, through its
scorer, gate and summary; `README.md` through a Markdown parser that knows GitHub's tables.
"""
import builtins
import json
import sys
from pathlib import Path


def plain_sum(values, start=0):
    """As the reference's Python 3.11 adds: left to right. Later versions compensate, and scores differ by a tenth."""
    for value in values:
        start = start + value
    return start


builtins.sum = plain_sum

import markdown_it
from opentraces.quality.engine import assess_batch
from opentraces.quality.gates import check_gate
from opentraces.quality.summary import QualitySummary, build_summary
from opentraces_schema import TraceRecord

folder = Path(sys.argv[1])
published = json.loads((folder / "quality.json").read_text())
records = []
for shard in sorted((folder / "data").glob("traces_*.jsonl")):
    # Lines end at LF only: U+2028 and its like are data.
    lines = shard.read_bytes().decode("utf-8").split("\n")
    records += [TraceRecord.model_validate_json(line) for line in lines if line]
hashes = [[record.content_hash, record.compute_content_hash()] for record in records]
batch = assess_batch(records)
scored = build_summary(batch, check_gate(batch)).to_dict()

tokens = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(
    (folder / "README.md").read_text().split("\n---\n", 1)[1]
)
tables, html, links = [], [], []
for token in tokens:
    if token.type == "table_open":
        tables.append([])
    elif token.type == "tr_open":
        tables[-1].append([])
    elif token.type == "html_block":
        html.append(token.content)
    for child in token.children or []:
        if child.type == "link_open":
            links.append(child.attrs["href"])
        elif child.type == "image":
            links.append(child.attrs["src"])
        elif child.type == "html_inline":
            html.append(child.content)
    if token.type == "inline" and token.level >= 3 and tables and tables[-1]:
        row = tables[-1][-1]
        row.append("".join(child.content for child in token.children or []))
print(json.dumps({
    "loaded": QualitySummary.from_dict(published).to_dict(),
    "scored": scored,
    "hashes": hashes,
    "totals": [
        {
            "trace_id": assessment.trace_id,
            "overall": assessment.overall_utility,
            **{name: score.total_score for name, score in assessment.persona_scores.items()},
        }
        for assessment in batch.assessments
    ],
    "tables": tables,
    "html": html,
    "links": links,
    "headings": [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"],
}))
