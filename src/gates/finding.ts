/** Findings from what the gates that look at texts have found. */
import { jsonPointer, reportPointer } from '../traces/shape.js'
import { placeFingerprint, valueFingerprint } from './fingerprint.js'
import type { Finding, Place, ScanTrace } from './gate.js'
import type { Piece, ScanText } from './texts.js'

/** What a gate found in a text. */
export interface Found {
  readonly gate: string
  readonly detector: string
  readonly value: string
  /** Whether a hash of the value would confirm a guess. */
  readonly guessable: boolean
  /** The sentence for people, up to where it stands: `a GitHub token`. */
  readonly what: string
}

/** The findings of one trace, each once: what a text holds is in the readings of the text without its disguise, too. */
export class FindingsOfTrace {
  readonly #findings = new Map<string, Finding>()
  readonly #values = new Set<string>()
  /** What each text holds as it stands. */
  readonly #plain = new Map<Piece, string[]>()

  constructor(readonly trace: ScanTrace) {}

  add({ piece, disguise }: ScanText, { gate, detector, value, guessable, what }: Found): void {
    // The line repeats everything: it only counts for what no text of the trace holds.
    if (piece.place === 'line' && this.#values.has(value)) return
    this.#values.add(value)
    // A guess may take the next word for a part of it: one finding, and one entry that allows it, is enough.
    const plain = this.#plain.get(piece) ?? []
    if (disguise === '') this.#plain.set(piece, [...plain, value])
    else if (!guessable && plain.some((one) => value !== one && value.includes(one))) return
    const pointer = jsonPointer(piece.path)
    const key = JSON.stringify([gate, detector, guessable ? '' : value, piece.place, pointer])
    if (this.#findings.has(key)) return
    const { traceIndex, traceId, file, line } = this.trace
    this.#findings.set(key, {
      gate,
      detector,
      traceIndex,
      traceId,
      file,
      line,
      pointer: reportPointer(piece.path),
      place: piece.place,
      length: Array.from(value).length,
      fingerprint: guessable ? placeFingerprint({ gate, detector, traceId, pointer }) : valueFingerprint(value),
      message: `There is ${what}${PLACES[piece.place]}${disguise === '' ? '' : `, disguised (${disguise})`}.`
    })
  }

  all(): Finding[] {
    return [...this.#findings.values()]
  }
}

/** Where something stands, as the end of a sentence. */
export const PLACES: Readonly<Record<Place, string>> = {
  value: '',
  key: ' in the name of a field',
  'trace-id': ' in the trace’s id',
  'file-name': ' in the name of the trace’s file',
  line: ' in the published line'
}

/** An id or a file name that holds a secret must not name its other findings either. */
export function hideNames(findings: readonly Finding[]): Finding[] {
  const ids = new Set(findings.filter(({ place }) => place === 'trace-id').map(({ traceId }) => traceId))
  const files = new Set(findings.filter(({ place }) => place === 'file-name').map(({ file }) => file))
  return findings.map((finding) => ({
    ...finding,
    traceId: ids.has(finding.traceId) ? '*' : finding.traceId,
    file: files.has(finding.file) ? '*' : finding.file
  }))
}
