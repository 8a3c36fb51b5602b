/**
 * From TruffleHog's results to findings with a place in a trace. TruffleHog names the first line of a secret in a chunk
 * and only there; every other place that holds the secret is found here, in the traces themselves.
 */
import { placeFingerprint, valueFingerprint } from '../fingerprint.js'
import type { Finding, OpenTrace, Place, ScanBatch } from '../gate.js'
import { hideNames, PLACES } from '../finding.js'
import { Memory, type Spotted } from '../memory.js'
import { allOf } from '../reading.js'
import { isGuessable } from '../rules/guessable.js'
import { searchFor, type Search } from '../search.js'
import { jsonPointer, reportPointer } from '../../traces/shape.js'
import { blocksOf, type Block } from './feed.js'
import type { Hit } from './scanner.js'

export const GATE = 'trufflehog'

/** Shorter secrets, in UTF-16 units, are only looked for in the trace they were found in. */
const SHORTEST = 16

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
  readonly inLine: boolean
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
  const memory = new Memory<Found>()
  for await (const trace of allOf(batch)) {
    const places = new Places(trace, options, memory)
    places.addRepeats()
    const here = spots.get(trace.traceIndex) ?? []
    const blocks = blocksOf(trace)
    const line = blocks.pop() as Block
    for (const block of blocks) lookIn(block, search, owners, here, places)
    // The line repeats all values: it only counts for what they do not hold.
    const before = new Set(places.secrets)
    lookIn(line, search, owners, here, places, before)
    // The earliest place first: the published line, which comes last, says least.
    for (const { secret, inLine, line: at } of here.toSorted(inReadingOrder)) {
      if (!places.secrets.has(secret)) places.add(secret, (inLine ? undefined : blockAt(blocks, at)) ?? line, undefined)
    }
    findings.push(...places.findings())
  }
  return hideNames(findings)
}

function inReadingOrder(a: Spot, b: Spot): number {
  return Number(a.inLine) - Number(b.inLine) || (a.line ?? Infinity) - (b.line ?? Infinity)
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
    const spot = { secret, inLine: hit.inLine, line: hit.line }
    const here = spots.get(hit.traceIndex)
    if (here === undefined) spots.set(hit.traceIndex, [spot])
    else here.push(spot)
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

/** The block that holds a line of the document; undefined where no line is known, or none of a block. */
function blockAt(blocks: readonly Block[], line: number | undefined): Block | undefined {
  return line === undefined ? undefined : blocks.findLast(({ firstLine }) => firstLine <= line)
}

/** A secret in a text. */
interface Found extends Spotted {
  readonly secret: Secret
  readonly block: Block
  readonly offset: number | undefined
}

/** A finding, and its value without what differs between readings of it. */
interface Located {
  readonly finding: Finding
  readonly essence: string
}

/** The places of one trace that hold secrets, each once for a secret. */
class Places {
  readonly secrets = new Set<Secret>()
  readonly #findings = new Map<string, Located>()

  constructor(
    readonly trace: OpenTrace,
    readonly options: LocateOptions,
    readonly memory: Memory<Found>
  ) {}

  /** What earlier traces were found to hold, and this one repeats. */
  addRepeats(): void {
    for (const { secret, block, text, offset } of this.memory.allOf(this.trace, () => [])) {
      this.add(secret, { ...block, source: text }, offset)
    }
  }

  /** @param offset of the secret in the block; undefined where the block only is the likely place */
  add(secret: Secret, block: Block, offset: number | undefined): void {
    this.secrets.add(secret)
    this.memory.keep({ text: block.source, secret, block, offset })
    const { piece, disguise } = block.source
    const original = offset === undefined ? undefined : originalOf(secret, block, offset)
    const value = original ?? secret.value
    if (original !== undefined && original !== secret.value) this.options.mask(original)
    const pointer = jsonPointer(piece.path)
    const key = JSON.stringify([secret.detector, value, piece.place, pointer])
    if (this.#findings.has(key)) return
    const { traceIndex, traceId, file, line } = this.trace
    const fingerprint = isGuessable(value)
      ? placeFingerprint({ gate: GATE, detector: secret.detector, traceId, pointer })
      : valueFingerprint(value)
    const finding = {
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
      message: messageOf(secret, piece.place, disguise, offset === undefined),
      ...(this.options.verify ? { verified: secret.verified } : {})
    }
    this.#findings.set(key, { finding, essence: value.replace(/\\[nrt]|\s/g, '') })
  }

  /** Without those that another one of the same kind includes: the same key, once with line feeds and once with their escapes. */
  findings(): Finding[] {
    const all = [...this.#findings.values()]
    const includes = (a: Located, b: Located): boolean =>
      a.finding.detector === b.finding.detector &&
      (a.finding.pointer === b.finding.pointer || b.finding.place === 'line') &&
      a.essence.includes(b.essence)
    return all
      .filter((one, i) => !all.some((other, j) => i !== j && includes(other, one) && (j < i || !includes(one, other))))
      .map(({ finding }) => finding)
  }
}

/** What stands in the trace where the feed has the secret: they differ where the feed had to. */
function originalOf(secret: Secret, block: Block, offset: number): string | undefined {
  return block.text.startsWith(secret.value, offset)
    ? block.source.text.slice(offset, offset + secret.value.length)
    : undefined
}

function messageOf(secret: Secret, place: Place, disguise: string, approximate: boolean): string {
  const live = secret.verified ? ', and its provider accepts it' : ''
  const about = approximate
    ? '; it is encoded or cut up there, so that the place is approximate'
    : disguise === ''
      ? ''
      : `; it is disguised there (${disguise})`
  return `TruffleHog found a secret of kind ${secret.detector}${PLACES[place]}${live}${about}.`
}
