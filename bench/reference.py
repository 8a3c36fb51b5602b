"""What the reference does with staged traces, up to the card: read, migrate, validate, hash, score, render.

    python reference.py STAGED.jsonl FOLDER

Writes the shard, quality.json and README.md into FOLDER, and prints what the process used as one JSON line.
"""
import json
import resource
import sys
from pathlib import Path

from opentraces.publish.huggingface.dataset_card import generate_dataset_card
from opentraces.quality.engine import assess_batch
from opentraces.quality.gates import check_gate
from opentraces.quality.summary import build_summary
from opentraces_schema import TraceRecord
from opentraces_schema.migrations import migrate_record

staged, folder = map(Path, sys.argv[1:])
records = []
with staged.open(encoding="utf-8") as lines, (folder / "shard.jsonl").open("w", encoding="utf-8") as shard:
    for line in lines:
        record = TraceRecord.model_validate(migrate_record(json.loads(line)))
        shard.write(record.to_jsonl_line() + "\n")
        records.append(record)
batch = assess_batch(records)
summary = build_summary(batch, check_gate(batch))
(folder / "quality.json").write_text(json.dumps(summary.to_dict(), indent=2))
card = generate_dataset_card("bench/traces", records, None, summary.to_dict())
(folder / "README.md").write_text(card)
usage = resource.getrusage(resource.RUSAGE_SELF)
# Kibibytes on Linux.
print(json.dumps({"cpuSeconds": usage.ru_utime + usage.ru_stime, "peakMiB": usage.ru_maxrss / 1024}))
