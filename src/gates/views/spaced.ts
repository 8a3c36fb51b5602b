/** Letters or groups of them with the same thing between each two: `g h p _`, `ghp_-A1b2-C3d4`. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, listLines } from './sweep.js'

const SPACED = /(?<!\w)([\w+/]{1,8})([^\w\n]{1,4}|\n)(?:[\w+/=-]{1,8}\2){4,}[\w+/=-]{1,8}/g
/** Character by character; signs and white space may be among them. */
const SINGLE = /(?<!\w)([^\s])([^\w\n]{1,4}|\n)(?:[^]\2){11,}[^]/g
const SHORTEST = 12

export const spaced: Family = {
  how: 'spaced letters',
  signs: Sign.list,
  apply(text, swept) {
    const edits = new Rewriter(text)
    const regions = listLines(text, swept)
    for (let i = 0; i + 1 < regions.length; i += 2) {
      const start = regions[i] as number
      join(text.slice(start, regions[i + 1]), start, edits)
    }
    return edits.finish()
  }
}

function join(part: string, start: number, edits: Rewriter): void {
  let done = 0
  for (const { index, 0: whole, 2: between } of part.matchAll(SINGLE)) {
    const size = 1 + (between ?? '').length
    const letters = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.charAt(i * size)).join('')
    edits.replace(start + index, start + index + whole.length, letters)
    done = index + whole.length
  }
  for (const { index, 0: whole, 1: first, 2: between } of done > 0 ? [] : part.matchAll(SPACED)) {
    const size = first?.length ?? 0
    const pieces = whole.split(between ?? '')
    // All of one length; the last may be shorter.
    if (!pieces.every((piece, i) => piece.length === size || (i === pieces.length - 1 && piece.length < size))) continue
    const joined = pieces.join('')
    if (joined.length >= SHORTEST) edits.replace(start + index, start + index + whole.length, joined)
  }
}
