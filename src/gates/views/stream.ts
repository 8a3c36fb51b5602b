/** Text that came piece by piece, a JSON value a line: the deltas of a model's stream, the events of a recorded terminal. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, isDigit } from './sweep.js'

/** As many pieces of one kind, one after the other, are a stream. */
const FEWEST = 3
/** A frame is no longer than this. */
const LONGEST = 600

interface Event {
  readonly from: number
  readonly to: number
}

export const stream: Family = {
  how: 'streamed in pieces',
  signs: Sign.newline,
  apply(text) {
    const edits = new Rewriter(text)
    let group: Event[] = []
    let pieces: string[] = []
    // What stands behind the piece, the same in all of a group.
    let tail = 0
    const close = (): void => {
      if (group.length >= FEWEST) edits.replace((group[0] as Event).from, (group.at(-1) as Event).to, pieces.join(''))
      group = []
      pieces = []
    }
    for (const event of eventsOf(text)) {
      const last = group.at(-1)
      if (last !== undefined) {
        const found = piecesOf(text, last, event)
        if (typeof found === 'object') {
          if (group.length === 1) pieces.push(found.pieces[0])
          pieces.push(found.pieces[1])
          tail = found.tail
        } else if (found === 'alike' && pieces.length > 0) {
          const end = event.to - tail
          pieces.push(text.slice(text.lastIndexOf('"', end - 1) + 1, end))
        } else close()
      }
      group.push(event)
    }
    close()
    return edits.finish()
  }
}

/** Lines that hold a JSON value, or `data:` and one. */
function* eventsOf(text: string): Generator<Event> {
  let start = 0
  while (start < text.length) {
    const feed = text.indexOf('\n', start)
    const end = feed === -1 ? text.length : feed
    const to = text.charCodeAt(end - 1) === 13 ? end - 1 : end
    const first = text.charAt(start)
    const last = text.charAt(to - 1)
    if (
      (first === '{' || first === '[' || (first === 'd' && text.startsWith('data:', start))) &&
      (last === '}' || last === ']')
    ) {
      yield { from: start, to }
    }
    start = end + 1
  }
}

/** The strings in which two values of one kind differ; `alike` where they differ in numbers only. */
function piecesOf(text: string, a: Event, b: Event): { pieces: [string, string]; tail: number } | 'alike' | undefined {
  let [i, j] = [a.from, b.from]
  let cut: [number, number] | undefined
  while (i < a.to && j < b.to && i - a.from < LONGEST) {
    const code = text.charCodeAt(i)
    // Times and numbers of events differ as well.
    if (isDigit(code) && isDigit(text.charCodeAt(j))) {
      while (isNumber(text.charCodeAt(i))) i++
      while (isNumber(text.charCodeAt(j))) j++
      continue
    }
    if (code !== text.charCodeAt(j)) break
    i++
    j++
    if (code === 34) cut = [i, j]
  }
  if (cut === undefined) return undefined
  if (i >= a.to && j >= b.to) return 'alike'
  let [k, l] = [a.to, b.to]
  let tail = 0
  while (k > cut[0] && l > cut[1] && a.to - k < LONGEST && text.charCodeAt(k - 1) === text.charCodeAt(l - 1)) {
    k--
    l--
    if (text.charCodeAt(k) === 34) tail = a.to - k
  }
  return tail === 0 ? undefined : { pieces: [text.slice(cut[0], a.to - tail), text.slice(cut[1], b.to - tail)], tail }
}

function isNumber(code: number): boolean {
  return isDigit(code) || code === 46
}
