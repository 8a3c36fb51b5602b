/**
 * The one shape of every gate: traces in, findings out. A gate never decides what is published; the command does, with
 * the findings of all gates before it.
 *
 * Gates judge what would be published, not what was staged: they read the spooled shard, one record at a time, so that
 * memory does not grow with the batch.
 */
import type { JsonObject } from '../traces/json.js'
import type { Repeat, ScanText } from './texts.js'

export interface Gate {
  readonly name: string
  /**
   * @param traces all of the batch, in order, for one reading that all gates share: `allOf` of `reading.ts`
   * @throws GateError where the gate could not do its work: nothing may be published then
   */
  inspect(batch: ScanBatch, traces: AsyncIterable<OpenTrace>): Promise<GateResult>
}

export interface GateResult {
  readonly findings: readonly Finding[]
  /** What was done, for `checks_run` of the report. Empty where there was nothing to look at. */
  readonly checks: readonly CheckRun[]
  /** What a reader should know although it holds nothing back, a sentence each. */
  readonly warnings?: readonly string[]
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
  /** The same for the same finding in every run, so that a policy can allow it: see `fingerprint.ts`. */
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

/** One record with every text in it that may hold something. */
export interface OpenTrace extends ScanTrace {
  readonly texts: readonly ScanText[]
  /** What an earlier trace of the same reading holds, too: what was found there is here as well. See `Memory`. */
  readonly repeats: readonly Repeat[]
}
