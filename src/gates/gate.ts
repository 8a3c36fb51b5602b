/**
 * The one shape of every gate: traces in, findings out. A gate never decides what is published; the command does, with
 * the findings of all gates before it.
 *
 * Gates judge what would be published, not what was staged: they read the spooled shard, one record at a time, so that
 * memory does not grow with the batch.
 */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { GateError } from '../errors.js'
import { entries, isJsonArray, isJsonObject, JsonError, parseJson, property, type JsonObject } from '../traces/json.js'
import type { JsonValue } from '../traces/json.js'
import { recordShape, type Path, type Shape } from '../traces/shape.js'

export interface Gate {
  readonly name: string
  /** @throws GateError where the gate could not do its work: nothing may be published then */
  inspect(batch: ScanBatch): Promise<GateResult>
}

export interface GateResult {
  readonly findings: readonly Finding[]
  /** What was done, for `checks_run` of the report. Empty where there was nothing to look at. */
  readonly checks: readonly CheckRun[]
}

export interface CheckRun {
  readonly gate: string
  readonly tool: string
  readonly version: string
  /** Digests, amounts and durations; never anything out of a trace. */
  readonly details: Readonly<Record<string, string | number | boolean>>
}

/** Where in a trace something stands. */
export type Place = 'value' | 'key' | 'trace-id' | 'file-name' | 'line'

/** Why a trace is held. Never holds the value, a part of it or what stands around it. */
export interface Finding {
  readonly gate: string
  /** The rule or detector, by a name that is not data. */
  readonly detector: string
  /** Position in `ScanBatch.lines`. */
  readonly traceIndex: number
  /** As in `ScanBatch.lines`; `*` where the trace's id holds what was found, which nobody may show then. */
  readonly traceId: string
  /** As in `ScanBatch.lines`; `*` where the file's name holds what was found, which nobody may show then. */
  readonly file: string
  readonly line: number
  /** JSON pointer in the published record; keys that the schema does not know are `*`. Empty for the whole record. */
  readonly pointer: string
  readonly place: Place
  /** Code points of what was found. */
  readonly length: number
  /**
   * The same for the same finding in every run, so that a policy can allow it (see `valueFingerprint`). A gate whose
   * values can be guessed (names, hosts, short passwords) must derive it from the place instead: a hash of a guessable
   * value in a public report confirms the guess.
   */
  readonly fingerprint: string
  /** A sentence for people. */
  readonly message: string
  /** Whether a provider accepted the secret; absent where nobody asked. */
  readonly verified?: boolean
}

/** The records that a push would publish. */
export interface ScanBatch {
  /** The spooled JSONL file. */
  readonly shardFile: string
  readonly lines: readonly ScanLine[]
}

export interface ScanLine {
  /** Of the record's line in the shard file, in bytes, without the line feed. */
  readonly offset: number
  readonly length: number
  readonly traceId: string
  /** Where the trace was staged. */
  readonly file: string
  readonly line: number
}

/** One record of a batch. */
export interface ScanTrace extends ScanLine {
  readonly traceIndex: number
  /** The published line, without its line feed. */
  readonly text: string
  readonly record: JsonObject
}

/**
 * Reads the records of a batch, one at a time, in the order of `lines`.
 *
 * @throws GateError where the shard does not hold what `lines` says
 */
export async function* tracesOf(batch: ScanBatch): AsyncGenerator<ScanTrace> {
  const shard = await open(batch.shardFile, 'r').catch((cause: unknown) => {
    throw unreadable(cause)
  })
  try {
    for (const [traceIndex, line] of batch.lines.entries()) {
      const bytes = Buffer.alloc(line.length)
      let filled = 0
      while (filled < line.length) {
        const { bytesRead } = await shard.read(bytes, filled, line.length - filled, line.offset + filled)
        if (bytesRead === 0) throw unreadable()
        filled += bytesRead
      }
      const text = decode(bytes)
      const record = parseRecord(text)
      if (property(record, 'trace_id') !== line.traceId) throw unreadable()
      yield { ...line, traceIndex, text, record }
    }
  } finally {
    await shard.close()
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unreadable()
  }
}

function parseRecord(text: string): JsonObject {
  let value: JsonValue
  try {
    value = parseJson(text)
  } catch (error) {
    if (error instanceof JsonError) throw unreadable()
    throw error
  }
  if (!isJsonObject(value)) throw unreadable()
  return value
}

function unreadable(cause?: unknown): GateError {
  return new GateError('SCAN_FAILED', 'The spooled shard could not be read back for the secret scan.', {
    hint: 'Nothing was published. Check the free space of the runner’s temporary folder and run again.',
    cause
  })
}

/** A text of a trace that can hold a secret by itself. */
export interface Piece {
  readonly place: Place
  /** From the record's root; of a key, the path that ends with it; empty for what stands outside the record. */
  readonly path: Path
  readonly text: string
}

/**
 * Every string of a trace, decoded, in document order: the staged file's name, the values, and the keys that are data
 * (the schema's own names are not). A key comes right before its value, because many a secret is only recognised by the
 * name in front of it.
 */
export function piecesOf(trace: ScanTrace): Piece[] {
  const pieces: Piece[] = [{ place: 'file-name', path: [], text: trace.file }]
  collect(recordShape, trace.record, [], pieces)
  return pieces
}

function collect(shape: Shape | undefined, value: JsonValue, path: Path, pieces: Piece[]): void {
  if (typeof value === 'string') {
    const isId = path.length === 1 && path[0] === 'trace_id'
    if (value !== '') pieces.push({ place: isId ? 'trace-id' : 'value', path, text: value })
  } else if (isJsonArray(value)) {
    const item = shape?.kind === 'list' ? shape.item : undefined
    value.forEach((one, i) => {
      collect(item, one, [...path, i], pieces)
    })
  } else if (isJsonObject(value)) {
    for (const [key, item] of entries(value)) {
      const field = shape?.kind === 'model' ? shape.fields.get(key) : undefined
      const inner = [...path, key]
      if (field === undefined && key !== '') pieces.push({ place: 'key', path: inner, text: key })
      collect(field, item, inner, pieces)
    }
  }
}

/**
 * A fingerprint that depends on detector and value alone: the same secret has it wherever it stands, so one entry of an
 * allow list covers it. Only for values with the entropy of a key; see `Finding.fingerprint`.
 *
 * @param prefix of the gate, such as `th`
 */
export function valueFingerprint(prefix: string, detector: string, value: string): string {
  const hash = createHash('sha256').update(JSON.stringify(['opentraces finding v1', detector, value]))
  return `${prefix}_${hash.digest('hex').slice(0, 12)}`
}
