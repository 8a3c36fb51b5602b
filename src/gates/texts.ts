/** What of a trace is looked at: every string in it, decoded, with its disguises taken off, and the bytes that are sent. */
import { createHash } from 'node:crypto'
import { entries, isJsonArray, isJsonObject, type JsonValue } from '../traces/json.js'
import { recordShape, type Path, type Shape } from '../traces/shape.js'
import type { OpenTrace, Place, ScanTrace } from './gate.js'
import { readingOf, type Reading } from './views/views.js'

/** A text to be looked at. */
export interface ScanText {
  /** Where it stands. */
  readonly piece: Piece
  /** The piece's own text, or what it is with a disguise taken off. */
  readonly text: string
  /** The disguise, for people; empty for the piece's own text. */
  readonly disguise: string
  /** Name of the field that holds it; empty where there is none. */
  readonly field: string
  /** True where what it holds could not be read to the end: packed too tightly, or nested too deeply. */
  readonly unread: boolean
  /** The same for equal texts in the same field, and for what is read out of them; undefined for short ones. */
  readonly origin: Origin | undefined
}

/** Stands for a text, wherever it stands. Compared by identity. */
export interface Origin {
  readonly length: number
}

/** A text that was in an earlier trace. */
export interface Repeat {
  readonly piece: Piece
  readonly origin: Origin
}

/**
 * The long texts that a reading has seen. Sessions are staged more than once, and they begin with the same instructions:
 * of the characters of real traces two fifths repeat an earlier trace.
 */
export class Seen {
  readonly #origins = new Map<string, Origin>()
  readonly #readings = new Map<string, Reading>()

  /** As `readingOf`; what is short is read once, because it repeats all the time: names of tools, states, paths. */
  readingOf(text: string): Reading {
    if (text.length >= LONG) return readingOf(text)
    const before = this.#readings.get(text)
    if (before !== undefined) return before
    const reading = readingOf(text)
    if (this.#readings.size < MOST_SHORT) this.#readings.set(text, reading)
    return reading
  }

  /** Undefined where the text is too short to be worth it. */
  keyOf(text: string, field: string): string | undefined {
    if (text.length < LONG) return undefined
    // An equal hash means an equal text: nobody can make another one with it, to hide a secret in it.
    return createHash('sha256').update(field).update('\0').update(text).digest('base64')
  }

  get(key: string): Origin | undefined {
    return this.#origins.get(key)
  }

  add(key: string, origin: Origin): void {
    if (this.#origins.size < MOST) this.#origins.set(key, origin)
  }
}

/** In UTF-16 units. Nine tenths of what a trace holds is in texts longer than this. */
export const LONG = 256
/** About 30 MB of them. */
const MOST = 150_000
/** Some 20 MB of them; hardly any has readings. */
const MOST_SHORT = 50_000

/**
 * All texts of a trace, in document order, each right before its readings without a disguise; the published line comes
 * last, as it is sent. What an earlier trace holds is left out, and named.
 */
export function textsOf(trace: ScanTrace, seen: Seen): OpenTrace {
  const texts: ScanText[] = []
  const repeats: Repeat[] = []
  const added: [key: string, origin: Origin][] = []
  const readings = new Map<string, Reading>()
  for (const piece of piecesOf(trace)) {
    const field = fieldOf(piece)
    const key = seen.keyOf(piece.text, field)
    const known = key === undefined ? undefined : seen.get(key)
    if (known !== undefined) {
      repeats.push({ piece, origin: known })
      continue
    }
    const origin = key === undefined ? undefined : { length: piece.text.length }
    if (key !== undefined && origin !== undefined) added.push([key, origin])
    const reading = (key === undefined ? undefined : readings.get(piece.text)) ?? seen.readingOf(piece.text)
    if (key !== undefined) readings.set(piece.text, reading)
    const { views, complete } = reading
    texts.push({ piece, text: piece.text, disguise: '', field, unread: !complete, origin })
    for (const { how, text } of views) texts.push({ piece, text, disguise: how, field, unread: false, origin })
  }
  // Only now: a text that stands twice in one trace is told at both places.
  for (const [key, origin] of added) seen.add(key, origin)
  const line: Piece = { place: 'line', path: [], text: trace.text }
  texts.push({ piece: line, text: trace.text, disguise: '', field: '', unread: false, origin: undefined })
  return { ...trace, texts, repeats }
}

function fieldOf({ place, path }: Piece): string {
  if (place !== 'value') return ''
  const name = path.findLast((step) => typeof step === 'string')
  return typeof name === 'string' ? name : ''
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
