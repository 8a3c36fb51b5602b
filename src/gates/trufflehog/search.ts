/**
 * Finding many texts at once in much text, in one pass whatever their number (Rabin and Karp): a batch with a thousand
 * secrets must not be read a thousand times.
 */

/** Shortest text that can be looked for, in UTF-16 units. */
export const SHORTEST = 16

export interface Match {
  /** Position in the list that the search was made for. */
  readonly id: number
  readonly offset: number
}

/** Looks for texts of at least `SHORTEST` units; reports the first occurrence of each. */
export type Search = (text: string) => readonly Match[]

const BASE = 31
const { imul } = Math
/** BASE to the power of the window's length less one, in 32 bits. */
const LEAVING = (() => {
  let power = 1
  for (let i = 1; i < SHORTEST; i++) power = imul(power, BASE)
  return power
})()

function hashAt(text: string, start: number): number {
  let hash = 0
  for (let i = start; i < start + SHORTEST; i++) hash = (imul(hash, BASE) + text.charCodeAt(i)) | 0
  return hash
}

/** @param wanted texts of at least `SHORTEST` units, none twice */
export function searchFor(wanted: readonly string[]): Search {
  // The window is taken from the middle: many secrets of a kind begin and end alike.
  const byHash = new Map<number, { id: number; lead: number }[]>()
  const seen = new Uint8Array(1 << 16)
  for (const [id, text] of wanted.entries()) {
    if (text.length < SHORTEST) throw new RangeError('too short to be looked for')
    const lead = (text.length - SHORTEST) >> 1
    const hash = hashAt(text, lead)
    seen[hash & 0xffff] = 1
    const same = byHash.get(hash)
    if (same === undefined) byHash.set(hash, [{ id, lead }])
    else same.push({ id, lead })
  }
  return (text) => {
    const matches: Match[] = []
    if (wanted.length === 0 || text.length < SHORTEST) return matches
    const found = new Set<number>()
    let hash = hashAt(text, 0)
    for (let start = 0; ; start++) {
      if (seen[hash & 0xffff] === 1) {
        for (const { id, lead } of byHash.get(hash) ?? []) {
          if (found.has(id) || !text.startsWith(wanted[id] as string, start - lead) || start < lead) continue
          found.add(id)
          matches.push({ id, offset: start - lead })
        }
      }
      const next = start + SHORTEST
      if (next >= text.length) return matches
      hash = (imul(hash - imul(text.charCodeAt(start), LEAVING), BASE) + text.charCodeAt(next)) | 0
    }
  }
}
