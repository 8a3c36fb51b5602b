#!/usr/bin/env python3
"""Ten more disguises of a secret in the strings of a coding-agent trace.

    python3 more_disguises.py OUT_DIR [--seed N]

writes OUT_DIR/traces.jsonl and OUT_DIR/truth.json in the form of plant.py: its 22 kinds in the ten contexts below, and
clean look-alikes (kind "clean", context "FORM:TEXT", secret null): the same ten forms around harmless text.
Written by someone who had not seen the rules of the scanner, only plant.py and the names of the ten in disguises.py.
Each secret stands whole in the one text and comes out of it with standard tools: nothing is encrypted or cut short.
"""
import argparse, base64, hashlib, json, os, quopri, random, subprocess, sys, zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import plant


def assignments(k, v):
    """The variables that hold it: the AWS pair is two, everything else is one (a PEM key with its line breaks)."""
    return [tuple(line.split("=", 1)) for line in v.split("\n")] if k == "AWS" else [(k, v)]


def as_file(k, v):
    """The file that holds it: a key file and a pair are themselves, the rest is a line of a .env."""
    return v if "\n" in v else f"NODE_ENV=production\n{k}={v}\n"


# Plain

def proc_environ(k, v):
    """cat -v /proc/PID/environ: the NUL between two variables is shown as ^@, right against the value."""
    env = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C.UTF-8"), *assignments(k, v), ("HOME", "/root"), ("PWD", "/srv/app")]
    return "$ cat -v /proc/813/environ\n" + "".join(f"{name}={value}^@" for name, value in env)


def journalctl(k, v):
    """A service that prints its configuration: journald puts its prefix before every line of it."""
    lines = ["starting worker", *"\n".join(f"loaded {n}={x}" for n, x in assignments(k, v)).rstrip("\n").split("\n"), "listening on :3000"]
    return "\n".join(f"Jan 01 00:03:{12 + i // 20:02} build-7 deploy[813]: {line}" for i, line in enumerate(lines))


def java_properties(k, v, width=80):
    """A Spring application.properties: \\: and \\= escapes, \\n for line breaks, backslash continuations of long values."""
    out = ["# application-prod.properties", "server.port=8080"]
    for name, value in assignments(k, v):
        line = name.lower().replace("_", ".") + "="
        for i, c in enumerate(value):
            piece = "\\n" if c == "\n" else "\\" + c if c in "\\:=#!" else c
            if len(line) + len(piece) >= width:
                out.append(line + "\\")
                line = "    "
            line += piece
            if c == "\n" and i + 1 < len(value):
                out.append(line + "\\")
                line = "    "
        out.append(line)
    return "\n".join(out + ["spring.profiles.active=prod", ""])


# Encoded

def quoted_printable(k, v):
    """A saved mail: = is =3D, and every line over 76 columns is broken with a soft = at its end."""
    body = "Hi,\n\nhere is what the staging box needs, copied from my own shell: "
    body += "\n".join(f"{n}={x}" for n, x in assignments(k, v)) + "\n\nCheers, Sam\n"
    head = "From: Sam <sam@example.com>\nTo: dev@example.com\nSubject: staging\nMIME-Version: 1.0\n"
    head += "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    return head + quopri.encodestring(body.encode()).decode()


def powershell_encoded(k, v):
    """powershell -EncodedCommand: base64 of UTF-16LE, as tools that drive Windows write every command."""
    script = "; ".join(f"$env:{n} = '{x}'" for n, x in assignments(k, v)) + "; & .\\deploy.ps1 -Wait"
    return "powershell.exe -NoProfile -NonInteractive -EncodedCommand " + base64.b64encode(script.encode("utf-16-le")).decode()


def _git_literal(data):
    packed, lines = zlib.compress(data, 1), []  # git takes the fastest level
    for i in range(0, len(packed), 52):
        part = packed[i:i + 52]
        size = chr(64 + len(part)) if len(part) <= 26 else chr(70 + len(part))
        lines.append(size + base64.b85encode(part + bytes(-len(part) % 4)).decode())
    return f"literal {len(data)}\n" + "\n".join(lines) + "\n"


def git_binary_patch(k, v):
    """git diff --binary of a new file marked binary: zlib, then git's base85, a length letter before each line."""
    data, path = as_file(k, v).encode(), "deploy/secret.bin"
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return (f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex {'0' * 40}..{blob}\nGIT binary patch\n"
            + _git_literal(data) + "\n" + _git_literal(b"") + "\n")


def strace_hex(k, v, size=64):
    """strace -xx of a program that reads the file in blocks: \\x67\\x68..., one block a call."""
    hexed = lambda b: "".join(f"\\x{c:02x}" for c in b)
    data = as_file(k, v).encode()
    out = ["$ strace -xx -s 64 -e trace=openat,read dd if=.env of=/dev/null bs=64", f'openat(AT_FDCWD, "{hexed(b".env")}", O_RDONLY) = 3']
    out += [f'read(0, "{hexed(data[i:i + size])}", {size}) = {len(data[i:i + size])}' for i in range(0, len(data), size)]
    return "\n".join(out + [f'read(0, "", {size}) = 0', "+++ exited with 0 +++"])


# Split and displayed

def sed_spaced(k, v):
    """The well-known way round the masking of CI logs: a space after every character."""
    text = as_file(k, v)
    return "$ sed 's/./& /g' .env\n" + "\n".join("".join(c + " " for c in line) for line in text.split("\n"))


def curl_raw_chunked(k, v, size=30):
    """curl --raw -i of a streamed answer: the chunk sizes of HTTP/1.1 stand in the middle of the text."""
    body = "ok\n" + as_file(k, v)
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = [body[i:i + size] for i in range(0, len(body), size)]
    return head + "".join(f"{len(p):x}\r\n{p}\r\n" for p in parts) + "0\r\n\r\n"


def typescript(k, v, columns=60):
    """A log of script(1): what readline echoes. A full row ends in space + CR, a corrected slip in BS + erase-line;
    a pasted key (between the marks of reverse video) has the rows, not the slips."""
    def echo(text, column, slips):
        out = ""
        for i, c in enumerate(text):
            if slips and i % 17 == 11 and column + 1 < columns:
                out += ("z" if c != "z" else "x") + "\b\x1b[K"
            out += c
            column = 0 if c == "\n" else column + 1
            if column == columns:
                out, column = out + " \r", 0
        return out

    prompt = "dev@box:~/app$ "
    out = "Script started on 2026-01-01 00:00:00+00:00\n"
    if k != "AWS" and "\n" in v:
        command = f"cat > ~/.config/{k.lower()} <<'EOF'"
        out += f"\x1b[?2004h{prompt}{command}\r\n> \x1b[7m" + echo(v, 2, False).replace("\n", "\r\n") + "\x1b[27mEOF\r\n"
    else:
        for n, x in assignments(k, v):
            out += f"\x1b[?2004h{prompt}" + echo(f"export {n}='{x}'", len(prompt), True) + "\r\n\x1b[?2004l\r"
    return out + f"\x1b[?2004h{prompt}exit\r\n\x1b[?2004l\r\n\nScript done on 2026-01-01 00:00:41+00:00\n"


DISGUISES = {
    "proc-environ": proc_environ,
    "journalctl": journalctl,
    "java-properties": java_properties,
    "quoted-printable": quoted_printable,
    "powershell-encoded": powershell_encoded,
    "git-binary-patch": git_binary_patch,
    "strace-hex": strace_hex,
    "sed-spaced": sed_spaced,
    "curl-raw-chunked": curl_raw_chunked,
    "typescript": typescript,
}


def harmless(rnd):
    """(label, name, text) of what may look like a secret and is none."""
    hexa = lambda n: "".join(rnd.choice(plant.HEX) for _ in range(n))
    data = lambda n: bytes(rnd.randrange(256) for _ in range(n))
    b64 = lambda b: base64.b64encode(b).decode()
    private = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], capture_output=True, check=True).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout"], input=private, capture_output=True, check=True).stdout.decode()
    yield "git-sha", "GIT_COMMIT", hexa(40)
    yield "integrity", "INTEGRITY", "sha512-" + b64(data(64))
    yield "image-digest", "IMAGE", f"ghcr.io/acme/app@sha256:{hexa(64)}"
    yield "checksums", "SUMS", "".join(f"{hexa(64)}  dist/{n}\n" for n in ("app.js", "app.css", "index.html"))
    yield "public-pem", "PUBLIC_KEY", public
    yield "ssh-public", "DEPLOY_PUBKEY", "ssh-ed25519 " + b64(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + data(32)) + " dev@box"
    yield "prose", "MOTD", "The deploy finished and all of the tests pass, so the branch can be merged after the review."
    yield "placeholder", "HF_TOKEN", "hf_your_token_here"
    yield "reference", "OPENAI_API_KEY", "${{ secrets.OPENAI_API_KEY }}"
    yield "bare-url", "DATABASE_URL", "postgres://localhost:5432/test"


def plant_all(out, seed):
    rnd = random.Random(seed)
    kinds, truth, lines = plant.Kinds(rnd), {}, []

    def add(kind, context, place, text, secret):
        rec = plant.base_record(rnd)
        plant._set(rec, place, text)
        truth[rec["trace_id"]] = {"kind": kind, "context": context, "place": place, "secret": secret}
        lines.append(rec)

    place = lambda i, j: plant.PLACES[(i + j) % len(plant.PLACES)]  # so that each context meets every place
    for i, kind in enumerate(kinds.all()):
        for j, (cname, disguise) in enumerate(DISGUISES.items()):
            name, secret = getattr(kinds, kind)()
            add(kind, cname, place(i, j), disguise(name, secret), secret)
    for i, (label, name, text) in enumerate(harmless(rnd)):
        for j, (cname, disguise) in enumerate(DISGUISES.items()):
            add("clean", f"{cname}:{label}", place(i, j), disguise(name, text), None)
    rnd.shuffle(lines)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "traces.jsonl"), "w", encoding="utf-8", newline="\n") as f:
        for rec in lines:
            f.write(json.dumps(rec, ensure_ascii=False) + "\n")
    with open(os.path.join(out, "truth.json"), "w", encoding="utf-8", newline="\n") as f:
        json.dump(truth, f, indent=1)
    return truth


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    t = plant_all(a.out, a.seed)
    print(f"{sum(v['secret'] is not None for v in t.values())} with a secret, {sum(v['secret'] is None for v in t.values())} clean")
