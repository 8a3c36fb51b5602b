/** The first half of a walk: staged files in; lines on disk and one small entry a trace in memory out. */
import { basename } from 'node:path'
import { compareWithin } from '../dataset/dedupe.js'
import { traceEntry, type Scorer, type TraceEntry } from '../dataset/index/rows.js'
import { GateError, LoadError } from '../errors.js'
import { marksOf, type CheckMarks } from '../quality/fixes.js'
import { scoreTrace, tenthsOf } from '../quality/score.js'
import { shortList, type Collected } from '../traces/collect.js'
import { readStaged, type InvalidLine } from '../traces/read.js'
import { SCHEMA_VERSION, type TraceRecord } from '../traces/schema.js'
import { Spool, type SpooledLine } from '../traces/spool.js'
import { publishable } from './publishable.js'

/** The persona totals of a trace as the index keeps them. The user's name stays out: scores must not depend on the runner. */
export const score: Scorer = (trace) => tenthsOf(scoreTrace(trace).totals)

/** What a page about traces says of one, beside its scores. */
export interface Portrait {
  /** The first words of its task. */
  readonly task: string
  readonly agent: string
  readonly model: string
  readonly steps: number
  /** US dollars; null where it is not known. */
  readonly costUsd: number | null
}

/** Longest of a task that is kept, in UTF-16 units. */
const TASK_LENGTH = 160

function portraitOf({ task, agent, steps, metrics }: TraceRecord): Portrait {
  const cost = metrics.estimated_cost_usd
  return {
    task: (task.description ?? '').slice(0, TASK_LENGTH),
    agent: agent.name,
    model: agent.model ?? '',
    steps: steps.length,
    costUsd: typeof cost === 'number' && cost >= 0 ? cost : null
  }
}

/** A staged trace once its record has been written to the spool. */
export interface Candidate {
  readonly entry: TraceEntry
  readonly spooled: SpooledLine
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly migratedFrom: string | undefined
  readonly unknownFields: readonly string[]
  /** Names of what was taken out of its review, which quotes the trace. */
  readonly stripped: readonly string[]
  /** How it fared in the checks of the scorecard. */
  readonly marks: CheckMarks
  readonly portrait: Portrait
}

export interface Staging {
  /** Path of the file with the lines. */
  readonly spool: string
  /** In the order of the sources. */
  readonly candidates: readonly Candidate[]
  readonly invalid: readonly InvalidLine[]
  /** Position of a candidate → position of the earlier one that is the same trace. */
  readonly duplicateOf: ReadonlyMap<number, number>
}

/**
 * Reads, validates, migrates and spools everything that was collected.
 *
 * @throws LoadError where less can be read than is staged, or one id stands for two contents
 */
export async function stage(collected: Collected, spoolFile: string): Promise<Staging> {
  const candidates: Candidate[] = []
  const invalid: InvalidLine[] = []
  const spool = await Spool.create(spoolFile)
  try {
    let stripped: readonly string[] = []
    const prepare = (record: TraceRecord): TraceRecord => {
      const published = publishable(record)
      stripped = published.stripped
      return published.record
    }
    for await (const item of readStaged(collected.files, prepare)) {
      if ('invalid' in item) {
        invalid.push(item.invalid)
        continue
      }
      const { trace, file, line } = item.staged
      const { migratedFrom, unknownFields } = trace
      const spooled = await spool.append(trace.line)
      const card = scoreTrace(trace)
      const entry = traceEntry(trace, () => tenthsOf(card.totals))
      const portrait = portraitOf(trace.record)
      const facts = { file, line, migratedFrom, unknownFields, stripped, portrait }
      candidates.push({ entry, spooled, marks: marksOf(card), ...facts })
    }
  } finally {
    await spool.close()
  }
  assertComplete(collected.committed, candidates, invalid)
  const { duplicates, conflicts } = compareWithin(candidates.map(({ entry }) => entry))
  if (conflicts.length > 0) {
    const place = (i: number): string =>
      `${(candidates[i] as Candidate).file}:${String((candidates[i] as Candidate).line)}`
    const pairs = conflicts.map(({ first, second }) => `${place(first)} and ${place(second)}`)
    throw new LoadError(
      'TRACE_ID_CONFLICT',
      `the same trace_id stands for different contents: ${shortList(pairs, 5)}`,
      {
        hint: 'Stage one of the two, or give the other a trace_id of its own.'
      }
    )
  }
  return {
    spool: spoolFile,
    candidates,
    invalid,
    duplicateOf: new Map(duplicates.map(({ first, second }) => [second, first]))
  }
}

/** Every id that the CLI's state calls committed must have turned up: never green with less than what is staged. */
function assertComplete(
  committed: ReadonlySet<string>,
  candidates: readonly Candidate[],
  invalid: readonly InvalidLine[]
): void {
  const read = new Set(candidates.map(({ entry }) => entry.traceId))
  // What is invalid is reported for what it is; the CLI names a trace's file by its id.
  const reported = new Set(invalid.map(({ file }) => basename(file, '.jsonl')))
  const missing = [...committed].filter((id) => !read.has(id) && !reported.has(id))
  if (missing.length === 0) return
  throw new LoadError(
    'TRACES_NOT_FOUND',
    `${String(missing.length)} committed trace(s) are not in their files: ${shortList(missing)}`,
    {
      hint: 'The state calls them committed, but no record with their trace_id was read. Stage them again.'
    }
  )
}

/** Stops a run that would publish less than what is staged. @throws LoadError, GateError */
export function assertValid(invalid: readonly InvalidLine[]): void {
  const [first] = invalid
  if (first === undefined) return
  const places = shortList(
    invalid.map(({ file, line, message }) => `${file}:${String(line)}: ${message}`),
    3
  )
  if (invalid.some(({ reason }) => reason === 'schema-ahead')) {
    throw new LoadError('TRACES_INVALID', `staged traces have a newer schema than ${SCHEMA_VERSION}: ${places}`, {
      hint: 'Use a newer version of this action.'
    })
  }
  throw new LoadError(
    'TRACES_INVALID',
    `${String(invalid.length)} staged line(s) are not valid TraceRecords: ${places}`,
    {
      hint: 'Repair or remove them, or set "on-blocked: hold" to publish the others. Nothing was published.'
    }
  )
}

/** Stops a run in which holding back what is invalid leaves nothing. @throws GateError */
export function assertSomethingLeft(staging: Staging): void {
  if (staging.candidates.length > 0 || staging.invalid.length === 0) return
  throw new GateError(
    'NOTHING_LEFT',
    `none of the ${String(staging.invalid.length)} staged line(s) is a valid TraceRecord`,
    {
      hint: 'Nothing is left to publish once the invalid lines are held back.'
    }
  )
}
