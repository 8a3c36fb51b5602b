/** One run of TruffleHog over a folder: believed only with proof that it read everything. */
import { basename } from 'node:path'
import { z } from 'zod'
import { scanFailed } from './failure.js'
import { DOCUMENTS_PER_TRACE, LINE_SUFFIX } from './feed.js'
import type { Patience } from './patience.js'
import { runProgram, type ProgramEnd } from './process.js'

/** One result of TruffleHog. `value` is the secret in clear: never to be shown, and dropped as soon as it is located. */
export interface Hit {
  /** TruffleHog's name of the kind of secret. */
  readonly detector: string
  readonly value: string
  /** False where a decoder of TruffleHog made the text that it was found in. */
  readonly plain: boolean
  /** Whether a provider accepted it. */
  readonly verified: boolean
  readonly traceIndex: number
  /** True in the published line, false in the texts of the trace. */
  readonly inLine: boolean
  /** 1-based line of the document; undefined where the decoder has lost it. */
  readonly line: number | undefined
}

export interface ScanRequest {
  readonly program: string
  /** Where it runs. */
  readonly folder: string
  /** The documents of `documentsOf`, or folders that hold them: real paths, or relative to the folder. */
  readonly paths: readonly string[]
  readonly traces: number
  /** A configuration file with detectors of our own. */
  readonly config: string
  /** The planted secret at the end of each document. */
  readonly planted: string
  readonly verify: boolean
  readonly patience: Patience
  /** Private to this run: home and place for temporary files. */
  readonly home: string
  /** Told every value before anything else happens with it. */
  readonly mask: (value: string) => void
}

/** What a scan gave, before it is believed. */
export interface Scanned {
  /** How many documents it read to their end. */
  readonly proven: number
  readonly outcome: ScanOutcome
}

export interface ScanOutcome {
  /** Without the planted ones. */
  readonly hits: readonly Hit[]
  /** As TruffleHog counted them; overlaps count twice. */
  readonly bytes: number
  readonly chunks: number
  /** As the program calls itself; own builds say `dev`. */
  readonly version: string
}

/** Exit code of `--fail` where there are results, and there always are: the planted ones. */
const FOUND = 183
/** Decoders that leave line feeds where they are. */
const KEEP_LINES: ReadonlySet<string> = new Set(['PLAIN', 'BASE64', 'ESCAPED_UNICODE'])
/** What TruffleHog adds to some tokens: where they are accepted. Not secret, and too common to be hidden in a log. */
const ADDRESS = /^(\w+:\/\/|[\w-]+(\.[\w-]+)+(:\d+)?(\/|$))/
/** Longest line of output that is taken: a result of TruffleHog repeats a secret of a few KiB a few times. */
const MAX_LINE = 16 * 1024 * 1024

const Result = z.object({
  SourceMetadata: z.object({
    Data: z.object({ Filesystem: z.object({ file: z.string(), line: z.number().int().default(1) }) })
  }),
  DetectorName: z.string(),
  DecoderName: z.string(),
  Verified: z.boolean(),
  Raw: z.string().min(1),
  RawV2: z.string(),
  ExtraData: z.unknown().optional()
})

const Named = z.object({ name: z.string() })

const LogLine = z.object({ level: z.string(), msg: z.string() })
const Finished = z.object({
  bytes: z.number().int(),
  chunks: z.number().int(),
  trufflehog_version: z
    .string()
    .regex(/^[\w.+-]{1,40}$/)
    .catch('unknown')
})

/** The arguments of a scan. */
export function scanArguments(paths: readonly string[], config: string, verify: boolean): string[] {
  return [
    'filesystem',
    ...paths,
    '--json',
    `--config=${config}`,
    '--no-update',
    // Without it a second process is forked that no signal reaches.
    '--local-dev',
    // Its limit for any file, not only archives: a minute, too short for what comes through a pipe.
    '--archive-timeout=24h',
    // Without the last kind, real secrets that happen to hold a word such as `test` are dropped.
    '--results=verified,unverified,unknown,filtered_unverified',
    '--fail',
    '--fail-on-scan-errors',
    ...(verify ? [] : ['--no-verification'])
  ]
}

/** Its collector comes half as often as usual: a tenth less time, for 70 MB more (of 220). */
const GOGC = '200'

/** What TruffleHog gets of the environment: no token, and none of the variables that it takes options from. */
export function scanEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  home: string,
  verify: boolean
): Record<string, string> {
  const passed = ['PATH', 'SystemRoot', 'SystemDrive']
  if (verify) {
    passed.push('SSL_CERT_FILE', 'SSL_CERT_DIR')
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) passed.push(name, name.toLowerCase())
  }
  const environment: Record<string, string> = { HOME: home, TMPDIR: home, TMP: home, TEMP: home, GOGC }
  for (const name of passed) {
    const value = own[name]
    if (value !== undefined) environment[name] = value
  }
  return environment
}

/**
 * Scans documents.
 *
 * @throws GateError where TruffleHog did not come to an end of its own that can be believed
 */
export async function scan(request: ScanRequest): Promise<Scanned> {
  const results = new Results(request)
  const log = new Log()
  const end = await run(request, results, log)
  if (end.stopped) {
    throw scanFailed(
      `TruffleHog did not get any further within ${String(request.patience.seconds)} seconds and was stopped.`
    )
  }
  if (end.code === null) throw scanFailed('TruffleHog was killed before it had scanned everything.')
  const { finished } = log
  // Without a single document it finds nothing, and says so.
  const expected = results.proven === 0 && finished?.bytes === 0 ? 0 : FOUND
  if (end.code !== expected || finished === undefined || log.failed) {
    throw scanFailed(
      `TruffleHog did not finish its scan (exit code ${String(end.code)}${log.failed ? ', it logged an error' : ''}).`
    )
  }
  return {
    proven: results.proven,
    outcome: {
      hits: results.hits,
      bytes: finished.bytes,
      chunks: finished.chunks,
      version: finished.trufflehog_version
    }
  }
}

/**
 * What a scan gave, where it read everything.
 *
 * @param bytes of all documents together
 * @throws GateError
 */
export function believed({ proven, outcome }: Scanned, traces: number, bytes: number): ScanOutcome {
  const documents = traces * DOCUMENTS_PER_TRACE
  if (outcome.bytes >= bytes && proven === documents) return outcome
  throw scanFailed(
    `TruffleHog passed over some of the traces: it read ${String(proven)} of ${String(documents)} documents to their end.`
  )
}

async function run(request: ScanRequest, results: Results, log: Log): Promise<ProgramEnd> {
  try {
    const end = await runProgram(request.program, scanArguments(request.paths, request.config, request.verify), {
      cwd: request.folder,
      env: scanEnvironment(process.env, request.home, request.verify),
      stop: request.patience.signal,
      onStdout: (chunk) => {
        results.add(chunk)
      },
      onStderr: (chunk) => {
        log.add(chunk)
      }
    })
    results.finish()
    log.finish()
    return end
  } catch (error) {
    if (error instanceof UnknownOutput) throw scanFailed('TruffleHog gave a result that this action does not know.')
    throw scanFailed('TruffleHog could not be started.', 'Check that it is a program for this machine.')
  } finally {
    request.patience.close()
  }
}

/** A result in no form that is known. Says nothing else: the result may hold a secret. */
class UnknownOutput extends Error {}

/** Cuts a stream at line feeds and hands on whole lines, decoded. */
abstract class Lines {
  #rest: Buffer[] = []
  #size = 0

  add(chunk: Buffer): void {
    let start = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
      this.#rest.push(chunk.subarray(start, at))
      this.finish()
      start = at + 1
    }
    if (start === chunk.length) return
    this.#rest.push(chunk.subarray(start))
    this.#size += chunk.length - start
    if (this.#size > MAX_LINE) throw new UnknownOutput()
  }

  /** The last line may lack its line feed. */
  finish(): void {
    const line = Buffer.concat(this.#rest).toString('utf8').trim()
    this.#rest = []
    this.#size = 0
    if (line !== '') this.line(line)
  }

  protected abstract line(text: string): void
}

class Results extends Lines {
  readonly hits: Hit[] = []
  readonly #proven = new Set<string>()

  constructor(readonly request: Pick<ScanRequest, 'planted' | 'traces' | 'mask'>) {
    super()
  }

  /** Documents whose planted secret was found. */
  get proven(): number {
    return this.#proven.size
  }

  protected override line(text: string): void {
    const parsed = Result.safeParse(jsonOf(text))
    if (!parsed.success) throw new UnknownOutput()
    const { Raw: value, RawV2: full, ...result } = parsed.data
    const { file, line } = result.SourceMetadata.Data.Filesystem
    const name = basename(file)
    const inLine = name.endsWith(LINE_SUFFIX)
    const index = inLine ? name.slice(0, -LINE_SUFFIX.length) : name
    const traceIndex = Number(index)
    if (!/^\d+$/.test(index) || traceIndex >= this.request.traces) throw new UnknownOutput()
    if (value === this.request.planted) {
      this.#proven.add(name)
      return
    }
    for (const part of secretParts(value, full)) this.request.mask(part)
    this.hits.push({
      detector: detectorName(result.DetectorName, result.ExtraData),
      value,
      plain: result.DecoderName === 'PLAIN',
      verified: result.Verified,
      traceIndex,
      inLine,
      line: KEEP_LINES.has(result.DecoderName) ? line : undefined
    })
  }
}

/** Of a detector of our own, the name that its configuration gives it. */
function detectorName(name: string, extra: unknown): string {
  const own = name === 'CustomRegex' ? Named.safeParse(extra).data?.name : undefined
  const shown = own ?? name
  return /^[\w .-]{1,60}$/.test(shown) ? shown : 'unnamed'
}

/** Everything of a result that is secret: of an AWS pair `full` is the id, a separator and the key. */
function secretParts(value: string, full: string): string[] {
  const parts = [value]
  if (full !== '' && full !== value) {
    parts.push(full)
    const rest = full.replace(value, '').replace(/^[:;|,\s]+|[:;|,\s]+$/g, '')
    if (rest.length >= 8 && rest !== full && !ADDRESS.test(rest)) parts.push(rest)
  }
  return parts
}

class Log extends Lines {
  failed = false
  finished: z.output<typeof Finished> | undefined

  protected override line(text: string): void {
    // Not every line is a log line, and a text that is none proves nothing.
    const json = jsonOf(text)
    const entry = LogLine.safeParse(json)
    if (!entry.success) return
    if (/^(error|fatal|panic|dpanic)/i.test(entry.data.level)) this.failed = true
    if (entry.data.msg !== 'finished scanning') return
    const finished = Finished.safeParse(json)
    if (finished.success) this.finished = finished.data
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
