/**
 * Finding many texts at once in much text, in one pass whatever their number: a batch with a thousand secrets must not be
 * read a thousand times. Of every text a window is looked for; where the last units of the window cannot end any of them
 * the pass skips ahead (Wu and Manber), else a hash tells which ones to compare (Rabin and Karp).
 */

/** Shortest text that can be looked for, in UTF-16 units. */
export const SHORTEST = 4

export interface Match {
  /** Position in the list that the search was made for. */
  readonly id: number
  readonly offset: number
}

/** Looks for texts of at least `SHORTEST` units; reports the first occurrence of each that `accepts` takes, or the first. */
export type Search = (text: string, accepts?: (match: Match) => boolean) => readonly Match[]

/** A longer window skips further, up to a point. */
const WIDEST = 16
/** Texts shorter than this would shorten the window, and with it the skips, for all others: they get a pass of their own. */
const SHORT = 8
/** Units that decide how far to skip. */
const BLOCK = 3
const BLOCKS = 1 << 16
const BASE = 31
const { imul } = Math
const NONE: readonly Candidate[] = []

interface Candidate {
  readonly id: number
  /** The window's place in the text that is looked for. */
  readonly lead: number
  readonly text: string
}

type Pass = (text: string, report: (candidate: Candidate, offset: number) => void) => void

/**
 * @param wanted texts of at least `SHORTEST` units, none twice
 * @param stands tells whether a text stands at an offset, of those where it does but for the case of ASCII letters
 */
export function searchFor(wanted: readonly string[], stands: Stands = exactly): Search {
  if (wanted.some(({ length }) => length < SHORTEST)) throw new RangeError('too short to be looked for')
  const all = wanted.map((text, id) => ({ id, text }))
  const passes = [
    passFor(
      all.filter(({ text }) => text.length < SHORT),
      stands
    ),
    passFor(
      all.filter(({ text }) => text.length >= SHORT),
      stands
    )
  ]
  return (text, accepts) => {
    const found = new Map<number, Match>()
    for (const pass of passes) {
      pass(text, ({ id }, offset) => {
        if (found.has(id)) return
        const match = { id, offset }
        if (accepts?.(match) ?? true) found.set(id, match)
      })
    }
    return [...found.values()]
  }
}

function passFor(wanted: readonly { id: number; text: string }[], stands: Stands): Pass {
  if (wanted.length === 0) return () => undefined
  const width = wanted.reduce((least, { text }) => Math.min(least, text.length), WIDEST)
  const shifts = new Uint8Array(BLOCKS).fill(width - BLOCK + 1)
  const byHash = new Map<number, Candidate[]>()
  for (const { id, text } of wanted) {
    // The window is taken from the middle: many secrets of a kind begin and end alike.
    const lead = (text.length - width) >> 1
    for (let left = width - BLOCK; left >= 0; left--) {
      const block = blockAt(text, lead + width - BLOCK - left)
      shifts[block] = Math.min(shifts[block] as number, left)
    }
    const hash = hashAt(text, lead, width)
    const candidate = { id, lead, text }
    const same = byHash.get(hash)
    if (same === undefined) byHash.set(hash, [candidate])
    else same.push(candidate)
  }
  return (text, report) => {
    const last = text.length - width
    let at = 0
    while (at <= last) {
      const shift = shifts[blockAt(text, at + width - BLOCK)] as number
      if (shift > 0) {
        at += shift
        continue
      }
      for (const candidate of byHash.get(hashAt(text, at, width)) ?? NONE) {
        const offset = at - candidate.lead
        if (offset >= 0 && stands(candidate.text, text, offset)) report(candidate, offset)
      }
      at++
    }
  }
}

type Stands = (wanted: string, text: string, offset: number) => boolean

/** The last unit first: of texts with the same window, it tells most of them apart. */
function exactly(wanted: string, text: string, offset: number): boolean {
  const last = wanted.length - 1
  return text.charCodeAt(offset + last) === wanted.charCodeAt(last) && text.startsWith(wanted, offset)
}

/** For what is wanted in capitals: ASCII letters count as theirs. */
export function inAnyCase(wanted: string, text: string, offset: number): boolean {
  if (offset + wanted.length > text.length) return false
  for (let i = wanted.length - 1; i >= 0; i--) {
    const code = text.charCodeAt(offset + i)
    if ((code >= 97 && code <= 122 ? code - 32 : code) !== wanted.charCodeAt(i)) return false
  }
  return true
}

/** Without the bit that tells small letters from capitals. */
const CASELESS = 0xffdf

function blockAt(text: string, start: number): number {
  const one = text.charCodeAt(start) & CASELESS
  const two = text.charCodeAt(start + 1) & CASELESS
  const three = text.charCodeAt(start + 2) & CASELESS
  return (one ^ (two << 5) ^ (three << 10)) & (BLOCKS - 1)
}

function hashAt(text: string, start: number, width: number): number {
  let hash = 0
  for (let i = start; i < start + width; i++) hash = (imul(hash, BASE) + (text.charCodeAt(i) & CASELESS)) | 0
  return hash
}
