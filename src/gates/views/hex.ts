/** Hexadecimal or binary digits in a row. */
import { hasSegment, isText, SHORTEST_WHOLE, textIn } from './bytes.js'
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, hexDigit, isAlnum } from './sweep.js'

const SHORTEST = 16

export const hex: Family = {
  how: 'hexadecimal',
  signs: Sign.run,
  apply(text, { runs }, room) {
    const edits = new Rewriter(text)
    const kinds = { compressed: false }
    const read = (from: number, to: number): void => {
      const bits = /^[01]{64,}$/.test(text.slice(from, to)) ? fromBits(text.slice(from, to)) : undefined
      const inBits = bits === undefined ? undefined : textIn(bits, room, true)
      if (inBits !== undefined) {
        edits.replace(from, to, apart(text, from, inBits.text))
        return
      }
      for (const offset of [0, 1]) {
        const start = from + offset
        const length = (to - start) >> 1
        const at = (i: number): number =>
          (hexDigit(text.charCodeAt(start + 2 * i)) << 4) | hexDigit(text.charCodeAt(start + 2 * i + 1))
        const packed = at(0) === 0x1f || (at(0) & 15) === 8
        if (!packed && !isText(at(0)) && !hasSegment(length, at)) continue
        if (!packed && !hasSegment(length, at, SHORTEST_WHOLE)) continue
        const found = textIn(Buffer.from(text.slice(start, start + 2 * length), 'hex'), room, true)
        if (found === undefined) continue
        edits.replace(from, to, apart(text, from, found.text))
        kinds.compressed ||= found.compressed
        return
      }
    }
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const end = runs[i + 1] as number
      let from = runs[i] as number
      if (end - from < SHORTEST) continue
      // No stretch of the least length is without one of these digits.
      for (let probe = from + SHORTEST - 1; probe < end; probe = Math.max(probe, from) + SHORTEST) {
        if (hexDigit(text.charCodeAt(probe)) === -1) continue
        let start = probe
        while (start > from && hexDigit(text.charCodeAt(start - 1)) !== -1) start--
        let to = probe + 1
        while (to < end && hexDigit(text.charCodeAt(to)) !== -1) to++
        if (to - start >= SHORTEST) read(start, to)
        from = to
        probe = to - 1
      }
    }
    return edits.finish(kinds.compressed ? 'compressed' : undefined)
  }
}

function fromBits(digits: string): Buffer {
  return Buffer.from((digits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
}

/** Behind `0x` and the like the text is to stand by itself. */
function apart(text: string, from: number, found: string): string {
  return isAlnum(text.charCodeAt(from - 1)) ? ` ${found}` : found
}
