"""Reads an export with the validators of others and prints what it makes of it as one JSON line.

    python read_export.py atif FILE
    python read_export.py agent-trace FILE SCHEMA

ATIF goes through harbor's own models, Agent Trace through a JSON Schema validator that checks formats too. `errors` has a
sentence for every line that is refused, `lines` what was read out of each of the others.
"""
import json
import sys
import uuid
from pathlib import Path

kind, file, *rest = sys.argv[1:]


def trajectory_of(text):
    step_ids, calls, results, prompt, completion, cached = [], 0, 0, 0, 0, 0
    trajectory = Trajectory.model_validate_json(text)
    for step in trajectory.steps:
        step_ids.append(step.step_id)
        calls += len(step.tool_calls or [])
        results += len(step.observation.results) if step.observation else 0
        if step.metrics:
            prompt += step.metrics.prompt_tokens
            completion += step.metrics.completion_tokens
            cached += step.metrics.cached_tokens
    # Nothing that a reader of the models takes out again is lost.
    assert json.loads(trajectory.model_dump_json(exclude_unset=True)) == json.loads(text), "not read as it is written"
    return {
        "id": trajectory.trajectory_id,
        "session": trajectory.session_id,
        "version": trajectory.schema_version,
        "agent": trajectory.agent.version,
        "sources": [step.source for step in trajectory.steps],
        "messages": [step.message for step in trajectory.steps],
        "calls": calls,
        "results": results,
        "tokens": [str(prompt), str(completion), str(cached)],
    }


def trace_of(text):
    record = json.loads(text)
    problems = [f"{list(error.absolute_path)}: {error.validator}" for error in validator.iter_errors(record)]
    assert not problems, "; ".join(problems[:3])
    trace_id = record["metadata"]["opentraces"]["trace_id"]
    files = record["files"]
    ranges = [one for file in files for conversation in file["conversations"] for one in conversation["ranges"]]
    return {
        "id": trace_id,
        "uuid": record["id"],
        "named": str(uuid.uuid5(uuid.NAMESPACE_URL, f"opentraces://{trace_id}")),
        "timestamp": record["timestamp"],
        "paths": [file["path"] for file in files],
        "lines": [[one["start_line"], one["end_line"]] for one in ranges],
    }


if kind == "atif":
    from harbor.models.trajectories import Trajectory

    read = trajectory_of
else:
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=["date-time", "uri", "uuid"])
    # A format whose package is missing would pass silently.
    for format, wrong in [("date-time", "yesterday"), ("uri", "no uri"), ("uuid", "x")]:
        assert not checker.conforms(wrong, format), f"{format} is not checked"
    validator = Draft202012Validator(json.loads(Path(rest[0]).read_text()), format_checker=checker)
    read = trace_of

lines, errors = [], []
# Lines end at LF only: U+2028 and its like are data.
texts = Path(file).read_bytes().decode("utf-8").split("\n")
assert texts.pop() == "", "the last line has no end"
for number, text in enumerate(texts, 1):
    try:
        lines.append(read(text))
    except (AssertionError, ValueError) as error:
        errors.append(f"{number}: {error}"[:500])
print(json.dumps({"lines": lines, "errors": errors}))
