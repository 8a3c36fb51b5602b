/** Stand-ins for TruffleHog: shell scripts that behave well, but for what a test changes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BinarySource } from '../../../src/gates/trufflehog/binary.js'
import { tempFolder } from '../batch.js'

export interface FakeParts {
  /** Runs first. */
  begin?: string
  /** The documents in which it finds the planted secret, as a shell pattern. */
  documents?: string
  /** After the planted secrets were reported. */
  results?: string
  /** The line that says that the scan is complete; `$bytes` are those of all documents. */
  finished?: string
  /** Runs last. */
  end?: string
}

const FINISHED = `{"level":"info-0","msg":"finished scanning","bytes":$bytes,"chunks":1,"trufflehog_version":"9.9.9"}`

/**
 * Writes a program that takes the arguments of a scan, reads its documents in turn, from pipes or files, and finds the
 * planted secret at the end of each.
 */
export function fakeScanner(parts: FakeParts = {}): string {
  return script(`
result() {
  printf '{"SourceMetadata":{"Data":{"Filesystem":{"file":"%s","line":%s}}},"DetectorName":"%s","DecoderName":"PLAIN","Verified":false,"Raw":"%s","RawV2":""}\\n' "$1" "$2" "$3" "$4"
}
paths=''
for arg in "$@"; do
  case $arg in
    filesystem) ;;
    -*) break ;;
    *) if [ -d "$arg" ]; then paths=$(ls -d "$arg"/*); else paths="$paths $arg"; fi ;;
  esac
done
${parts.begin ?? ''}
copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT
for path in $paths; do
  document=\${path##*/}
  cat "$path" > "$copies/$document"
  case $document in
    ${parts.documents ?? '*'}) result "$path" 1 HuggingFace "$(tail -n 1 "$copies/$document" | sed 's/.* //')" ;;
  esac
done
${parts.results ?? ''}
bytes=$(cat "$copies"/* | wc -c | tr -d ' ')
echo '${parts.finished ?? FINISHED}' | sed "s/\\$bytes/$bytes/" >&2
${parts.end ?? 'exit 183'}
`)
}

/** An executable shell script. */
export function script(body: string): string {
  const path = join(tempFolder(), 'trufflehog')
  writeFileSync(path, `#!/bin/sh\n${body}`, { mode: 0o755 })
  return path
}

/** A source that offers this program and nothing else. */
export function givenBinary(path: string): BinarySource {
  return {
    given: path,
    toolCache: undefined,
    platform: 'linux_amd64',
    pins: [],
    releases: 'http://127.0.0.1:9',
    fetch: () => Promise.reject(new Error('a given program needs no download'))
  }
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return true
  }
}

export function pidIn(file: string): number {
  return Number(readFileSync(file, 'utf8').trim())
}

export async function eventually(holds: () => boolean, timeoutMs = 5_000): Promise<boolean> {
  const end = Date.now() + timeoutMs
  while (Date.now() < end) {
    if (holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return holds()
}
