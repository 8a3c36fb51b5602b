/**
 * From TruffleHog's results to findings with a place in a trace. TruffleHog names the first line of a secret in a chunk
 * and only there; every other place that holds the secret is found here, in the traces themselves.
 */
import { tracesOf, valueFingerprint, type Finding, type Place, type ScanBatch, type ScanTrace } from '../gate.js'
import { jsonPointer, reportPointer } from '../../traces/shape.js'
import { blocksOf, type Block } from './feed.js'
import type { Hit } from './scanner.js'
import { searchFor, SHORTEST, type Search } from './search.js'

export const GATE = 'trufflehog'

/** One secret of one kind, and what TruffleHog said about it. */
interface Secret {
  readonly detector: string
  readonly value: string
  verified: boolean
  encoded: boolean
}

/** A hit in its trace. */
interface Spot {
  readonly secret: Secret
  readonly line: number | undefined
}

export interface LocateOptions {
  /** Whether TruffleHog asked the providers. */
  readonly verify: boolean
  readonly mask: (value: string) => void
}

/**
 * Reads the batch once more and gives one finding for each place that holds a secret. Of a secret that no place holds
 * as it is (encoded, or spread over several values), the place is the one that TruffleHog named.
 */
export async function locate(batch: ScanBatch, hits: readonly Hit[], options: LocateOptions): Promise<Finding[]> {
  if (hits.length === 0) return []
  const { secrets, spots } = grouped(hits)
  const wanted = wantedTexts(secrets)
  const search = searchFor([...wanted.keys()])
  const owners = [...wanted.values()]
  const findings: Finding[] = []
  for await (const trace of tracesOf(batch)) {
    const places = new Places(trace, options)
    const here = spots.get(trace.traceIndex) ?? []
    const blocks = blocksOf(trace)
    const line = blocks.pop() as Block
    for (const block of blocks) lookIn(block, search, owners, here, places)
    // The line repeats all values: it only counts for what they do not hold.
    const before = new Set(places.secrets)
    lookIn(line, search, owners, here, places, before)
    // The earliest place first: the published line, which comes last, says least.
    for (const { secret, line: at } of here.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity))) {
      if (!places.secrets.has(secret)) places.add(secret, blockAt([...blocks, line], at) ?? line, undefined)
    }
    findings.push(...places.findings())
  }
  return hideNames(findings)
}

function grouped(hits: readonly Hit[]): { secrets: Secret[]; spots: Map<number, Spot[]> } {
  const secrets = new Map<string, Secret>()
  const spots = new Map<number, Spot[]>()
  for (const hit of hits) {
    const key = `${hit.detector}\n${hit.value}`
    let secret = secrets.get(key)
    if (secret === undefined) {
      secret = { detector: hit.detector, value: hit.value, verified: false, encoded: false }
      secrets.set(key, secret)
    }
    secret.verified ||= hit.verified
    secret.encoded ||= !hit.plain
    const here = spots.get(hit.traceIndex)
    if (here === undefined) spots.set(hit.traceIndex, [{ secret, line: hit.line }])
    else here.push({ secret, line: hit.line })
  }
  return { secrets: [...secrets.values()], spots }
}

/** The texts that stand for secrets, with whose they are. Short ones are left out: any text may hold them by chance. */
function wantedTexts(secrets: readonly Secret[]): Map<string, Secret[]> {
  const wanted = new Map<string, Secret[]>()
  for (const secret of secrets) {
    for (const text of [secret.value, ...(secret.encoded ? base64Forms(secret.value) : [])]) {
      if (text.length < SHORTEST) continue
      const same = wanted.get(text)
      if (same === undefined) wanted.set(text, [secret])
      else same.push(secret)
    }
  }
  return wanted
}

/** A value's base64 in the three alignments and both alphabets, without the edges that depend on what is around it. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  const forms = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}

function lookIn(
  block: Block,
  search: Search,
  owners: readonly (readonly Secret[])[],
  here: readonly Spot[],
  places: Places,
  except?: ReadonlySet<Secret>
): void {
  for (const { id, offset } of search(block.text)) {
    for (const secret of owners[id] ?? []) if (!except?.has(secret)) places.add(secret, block, offset)
  }
  for (const { secret } of here) {
    if (secret.value.length >= SHORTEST || except?.has(secret)) continue
    const offset = block.text.indexOf(secret.value)
    if (offset !== -1) places.add(secret, block, offset)
  }
}

/** The block that holds a line of the scratch file; undefined where no line is known, or none of a block. */
function blockAt(blocks: readonly Block[], line: number | undefined): Block | undefined {
  return line === undefined ? undefined : blocks.findLast(({ firstLine }) => firstLine <= line)
}

/** The places of one trace that hold secrets, each once for a secret. */
class Places {
  readonly secrets = new Set<Secret>()
  readonly #findings = new Map<string, Finding>()

  constructor(
    readonly trace: ScanTrace,
    readonly options: LocateOptions
  ) {}

  /** @param offset of the secret in the block; undefined where the block only is the likely place */
  add(secret: Secret, block: Block, offset: number | undefined): void {
    this.secrets.add(secret)
    const { piece } = block
    const original = offset === undefined ? undefined : originalOf(secret, block, offset)
    const value = original ?? secret.value
    if (original !== undefined && original !== secret.value) this.options.mask(original)
    const fingerprint = valueFingerprint('th', secret.detector, value)
    const key = `${fingerprint} ${piece.place} ${jsonPointer(piece.path)}`
    if (this.#findings.has(key)) return
    const { traceIndex, traceId, file, line } = this.trace
    this.#findings.set(key, {
      gate: GATE,
      detector: secret.detector,
      traceIndex,
      traceId,
      file,
      line,
      pointer: reportPointer(piece.path),
      place: piece.place,
      length: Array.from(value).length,
      fingerprint,
      message: messageOf(secret, piece.place, offset === undefined),
      ...(this.options.verify ? { verified: secret.verified } : {})
    })
  }

  findings(): Iterable<Finding> {
    return this.#findings.values()
  }
}

/** What stands in the trace where the feed has the secret: they differ where the feed had to. */
function originalOf(secret: Secret, block: Block, offset: number): string | undefined {
  return block.text.startsWith(secret.value, offset)
    ? block.piece.text.slice(offset, offset + secret.value.length)
    : undefined
}

const PLACES: Readonly<Record<Place, string>> = {
  value: '',
  key: ' in the name of a field',
  'trace-id': ' in the trace’s id',
  'file-name': ' in the name of the trace’s file',
  line: ' in the published line'
}

function messageOf(secret: Secret, place: Place, approximate: boolean): string {
  const live = secret.verified ? ', and its provider accepts it' : ''
  const about = approximate ? '; it is encoded or cut up there, so that the place is approximate' : ''
  return `TruffleHog found a secret of kind ${secret.detector}${PLACES[place]}${live}${about}.`
}

/** An id or a file name that holds a secret must not name its other findings either. */
function hideNames(findings: readonly Finding[]): Finding[] {
  const ids = new Set(findings.filter(({ place }) => place === 'trace-id').map(({ traceId }) => traceId))
  const files = new Set(findings.filter(({ place }) => place === 'file-name').map(({ file }) => file))
  return findings.map((finding) => ({
    ...finding,
    traceId: ids.has(finding.traceId) ? '*' : finding.traceId,
    file: files.has(finding.file) ? '*' : finding.file
  }))
}
