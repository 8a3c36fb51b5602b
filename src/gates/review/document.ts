/**
 * A record as the text that a model reviews: every string of it, and every value of its free-form parts, in document
 * order, each under its JSON pointer. Keys that are data are in the pointers. The review that the record carries is left
 * out: it must not answer for the next one.
 */
import { entries, isJsonArray, isJsonObject, JsonFloat, type JsonObject, type JsonValue } from '../../traces/json.js'
import { jsonPointer, recordShape, reportPointer, type Path, type Shape } from '../../traces/shape.js'

export interface ReviewDocument {
  readonly text: string
  /** In the order of the text. */
  readonly pieces: readonly DocumentPiece[]
}

export interface DocumentPiece {
  /** Offset of its heading in the text, in UTF-16 units. */
  readonly start: number
  readonly path: Path
}

/** @param record as it would be published */
export function reviewDocument(record: JsonObject): ReviewDocument {
  const parts: string[] = []
  const pieces: DocumentPiece[] = []
  let length = 0
  collect(recordShape, record, [], (path, text) => {
    const part = `${headingOf(path)}${text}\n\n`
    parts.push(part)
    pieces.push({ start: length, path })
    length += part.length
  })
  return { text: parts.join(''), pieces }
}

function headingOf(path: Path, continued = false): string {
  return `[${jsonPointer(path)}${continued ? ', continued' : ''}]\n`
}

/** Of typed fields only texts say anything; in free-form parts everything may: a name as a key, a number as an account. */
function collect(
  shape: Shape | undefined,
  value: JsonValue,
  path: Path,
  add: (path: Path, text: string) => void
): void {
  if (path.length === 2 && path[0] === 'metadata' && path[1] === 'llm_review') return
  const isFree = shape === undefined || shape.kind === 'map'
  if (typeof value === 'string') {
    if (value !== '' || isFree) add(path, value)
  } else if (isJsonArray(value)) {
    if (value.length === 0 && shape === undefined) add(path, '')
    const item = shape?.kind === 'list' ? shape.item : undefined
    for (const [i, one] of value.entries()) collect(item, one, [...path, i], add)
  } else if (isJsonObject(value)) {
    let isEmpty = true
    for (const [key, item] of entries(value)) {
      collect(shape?.kind === 'model' ? shape.fields.get(key) : undefined, item, [...path, key], add)
      isEmpty = false
    }
    if (isEmpty && shape === undefined) add(path, '')
  } else if (isFree) {
    add(path, value instanceof JsonFloat ? String(value.value) : String(value))
  }
}

/** A part of a document, in UTF-16 units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Parts of at most `size` that cover all of a text, each starting `overlap` before the end of the one before, so that
 * nothing is only ever seen in two halves. Surrogate pairs stay whole.
 */
export function spansOf(
  text: string,
  size: number,
  overlap: number,
  from: Span = { start: 0, end: text.length }
): Span[] {
  const spans: Span[] = []
  for (let start = from.start; ;) {
    const end = start + size >= from.end ? from.end : wholePair(text, start + size)
    spans.push({ start, end })
    if (end >= from.end) return spans
    start = wholePair(text, Math.max(end - overlap, start + 1))
  }
}

/** The offset, or the one before where it would cut a character in half. */
function wholePair(text: string, offset: number): number {
  const unit = text.charCodeAt(offset)
  const before = text.charCodeAt(offset - 1)
  return unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff ? offset - 1 : offset
}

/** The text of a part, under the heading of the piece that it starts within. */
export function spanText(document: ReviewDocument, { start, end }: Span): string {
  const piece = pieceAt(document, start)
  const continued = piece !== undefined && piece.start < start ? headingOf(piece.path, true) : ''
  return continued + document.text.slice(start, end)
}

/**
 * The place of a quote within a part of a document, as reports show it.
 *
 * @returns undefined where the quote does not occur there verbatim
 */
export function placeOf(document: ReviewDocument, span: Span, quote: string): string | undefined {
  const at = document.text.slice(span.start, span.end).indexOf(quote)
  if (at === -1 || quote === '') return undefined
  const piece = pieceAt(document, span.start + at)
  return piece === undefined ? '' : reportPointer(piece.path)
}

/** The last piece that starts at the offset or before it. */
function pieceAt({ pieces }: ReviewDocument, offset: number): DocumentPiece | undefined {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pieces[middle] as DocumentPiece).start <= offset) low = middle + 1
    else high = middle
  }
  return pieces[low - 1]
}
