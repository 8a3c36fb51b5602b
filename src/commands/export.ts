/**
 * `export`: the staged traces in the format of somebody else, as one file. Nothing is sent anywhere, so no gate looks at
 * them: the file is as raw as what is staged.
 */
import { mkdir, mkdtemp, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, LoadError, systemErrorCode } from '../errors.js'
import type { Conversion } from '../export/conversion.js'
import { convert, type ExportFormat } from '../export/convert.js'
import { jsonText } from '../export/text.js'
import type { Report, ReportTrace } from '../report/model.js'
import { shortList } from '../traces/collect.js'
import { parseJson, type JsonObject } from '../traces/json.js'
import { fileChunks, lineText, splitChunks } from '../traces/lines.js'
import { readRecord } from '../traces/parse.js'
import { SCHEMA_VERSION } from '../traces/schema.js'
import { collectTraces, nothing, plainTrace, tellStaged, type CollectInputs } from './collecting.js'
import { stage, type Staging } from './staging.js'

export interface ExportInputs extends CollectInputs {
  readonly format: ExportFormat
  /** Absolute. */
  readonly outputDir: string
}

/** Everything with an effect. */
export interface ExportPorts {
  readonly places: { readonly workingDirectory: string; readonly workspace: string; readonly cliHome: string }
  /** Where temporary files may be made. */
  readonly tempFolder: string
  readonly randomHex: (digits: number) => string
  readonly log: {
    info(message: string): void
    group<T>(name: string, run: () => Promise<T>): Promise<T>
  }
}

/** What of the staged traces was written. */
interface Written {
  readonly traces: number
  readonly outsidePaths: number
  /** By position of the candidate: what it lacks. */
  readonly leftOut: ReadonlyMap<number, string>
}

/**
 * Fills the report as it goes. The file is JSONL, one object a line, in the order of the sources: a batch can be larger
 * than the memory, and both formats describe one trace an object without saying how many share a file. The file is in its
 * place whole or not at all.
 *
 * @returns the path of the file; undefined where there is nothing to write
 * @throws LoadError (exit code 4) where a staged line is not valid, and then nothing is written; InputError where the
 *   folder cannot be written
 */
export async function exportTraces(
  inputs: ExportInputs,
  ports: ExportPorts,
  report: Report
): Promise<string | undefined> {
  await mkdir(ports.tempFolder, { recursive: true })
  const workFolder = await mkdtemp(join(ports.tempFolder, 'opentraces-'))
  try {
    const collected = await ports.log.group('Collect staged traces', () => collectTraces(inputs, ports, report))
    const staging = await ports.log.group('Validate and migrate', () =>
      stage(collected, join(workFolder, 'spool.jsonl'))
    )
    tellStaged(staging, report, (candidate, i) =>
      plainTrace(candidate, staging.duplicateOf.has(i) ? 'duplicate' : 'clean')
    )
    assertAllValid(staging)
    if (staging.candidates.length === 0) {
      nothing(inputs, report)
      return undefined
    }
    const { path, written } = await ports.log.group('Convert', () => writeFile(staging, inputs, ports))
    tell(written, path, inputs, report)
    for (const notice of report.notices) ports.log.info(notice)
    return path
  } finally {
    await rm(workFolder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Never less than what is staged. */
function assertAllValid({ invalid }: Staging): void {
  if (invalid.length === 0) return
  const places = shortList(
    invalid.map(({ file, line, message }) => `${file}:${String(line)}: ${message}`),
    3
  )
  const newer = invalid.some(({ reason }) => reason === 'schema-ahead')
  throw new LoadError(
    'TRACES_INVALID',
    newer
      ? `staged traces have a newer schema than ${SCHEMA_VERSION}: ${places}`
      : `${String(invalid.length)} staged line(s) are not valid TraceRecords: ${places}`,
    { hint: `${newer ? 'Use a newer version of this action.' : 'Repair or remove them.'} Nothing was exported.` }
  )
}

async function writeFile(
  staging: Staging,
  { format, outputDir }: ExportInputs,
  { randomHex }: ExportPorts
): Promise<{ path: string | undefined; written: Written }> {
  const target = join(outputDir, `traces.${format}.jsonl`)
  const draft = `${target}.${randomHex(8)}.part`
  try {
    await mkdir(outputDir, { recursive: true })
    const file = await open(draft, 'wx', 0o600)
    let written: Written
    try {
      written = await writeLines(staging, format, file)
      await file.sync()
    } finally {
      await file.close()
    }
    if (written.traces === 0) return { path: undefined, written }
    await rename(draft, target)
    return { path: target, written }
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new InputError(`the export cannot be written (${code})`, {
      hint: 'Check the input "output-dir": it has to be a folder that this job can write to, with room for the traces.'
    })
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

/** One record in memory at a time; of traces that are the same, the first. */
async function writeLines({ spool, duplicateOf }: Staging, format: ExportFormat, file: FileHandle): Promise<Written> {
  const leftOut = new Map<number, string>()
  let traces = 0
  let outsidePaths = 0
  for await (const line of splitChunks(fileChunks(spool))) {
    const position = line.number - 1
    if (duplicateOf.has(position)) continue
    const conversion = convertLine(lineText(line) as string, format)
    if ('leftOut' in conversion) {
      leftOut.set(position, conversion.leftOut)
      continue
    }
    await file.writeFile(`${jsonText(conversion.value)}\n`)
    traces++
    outsidePaths += conversion.outsidePaths ?? 0
  }
  return { traces, outsidePaths, leftOut }
}

/** @param line as it would be published: valid, and of the current schema */
function convertLine(line: string, format: ExportFormat): Conversion {
  const { record } = readRecord(parseJson(line) as JsonObject)
  if (record === undefined) throw new Error('a line of the spool is not a record')
  return convert(record, format)
}

function tell(
  { traces, outsidePaths, leftOut }: Written,
  path: string | undefined,
  { format }: ExportInputs,
  report: Report
): void {
  if (path !== undefined) {
    report.notices.push(
      `${String(traces)} trace(s) were written as ${format} to ${path}.`,
      'No gate has looked at them: the export is as raw as what is staged, and may hold secrets. Never make it an artifact of a public repository.'
    )
  }
  if (outsidePaths > 0) {
    report.notices.push(
      `${String(outsidePaths)} path(s) of files stay absolute: the traces do not say that they are below the root of a repository.`
    )
  }
  if (leftOut.size > 0) {
    const names = Array.from(leftOut, ([position, lack]) => {
      const trace = report.traces[position] as ReportTrace
      trace.message = `not exported: ${format} has no form for a trace with ${lack}`
      return `${trace.trace_id} (${lack})`
    })
    report.warnings.push(
      `${String(leftOut.size)} trace(s) are not in the export, because ${format} has no form for them: ${shortList(names)}.`
    )
  }
  report.outcome = path === undefined ? 'nothing-to-publish' : 'checked'
  report.exit_code = 0
}
