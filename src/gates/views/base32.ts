/** base32 (RFC 4648), in upper or lower case. */
import { isText, textIn } from './bytes.js'
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

const SHORTEST = 16

export const base32: Family = {
  how: 'base32',
  signs: Sign.run,
  apply(text, { runs }, room) {
    const edits = new Rewriter(text)
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const to = runs[i + 1] as number
      const from = digitsBefore(text, runs[i] as number, to)
      if (to - from < SHORTEST) continue
      // Whatever it is glued to, one of eight beginnings is the right one.
      for (let offset = 0; offset < 8 && to - from - offset >= SHORTEST; offset++) {
        if (!head(text, from + offset)) continue
        const found = textIn(decode(text, from + offset, to), room, offset === 0)
        if (found === undefined) continue
        edits.replace(from, to, found.text)
        break
      }
    }
    return edits.finish()
  }
}

/** Start of the digits with which a run ends, all of one case. */
function digitsBefore(text: string, least: number, to: number): number {
  let from = to
  let letterCase = -1
  for (; from > least; from--) {
    const code = text.charCodeAt(from - 1)
    if (code >= 50 && code <= 55) continue
    const lower = code | 32
    if (lower < 97 || lower > 122 || code < 65) break
    if (letterCase !== -1 && letterCase !== (code & 32)) break
    letterCase = code & 32
  }
  return from
}

function head(text: string, from: number): boolean {
  return decode(text, from, from + 8).every(isText)
}

function decode(text: string, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.floor(((to - from) * 5) / 8))
  let bits = 0
  let count = 0
  let length = 0
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    bits = ((bits << 5) | (code < 65 ? code - 24 : (code | 32) - 97)) & 0xfff
    count += 5
    if (count < 8) continue
    count -= 8
    bytes[length++] = (bits >> count) & 255
  }
  return bytes.subarray(0, length)
}
