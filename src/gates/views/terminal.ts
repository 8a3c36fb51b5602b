/** What a terminal would have shown: escape sequences, overstrikes and overwritten lines applied, other controls dropped. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, isAlnum, isDigit } from './sweep.js'

export const terminal: Family = {
  how: 'terminal codes',
  signs: Sign.control | Sign.return | Sign.caret | Sign.bracket,
  apply(text) {
    const edits = new Rewriter(text)
    // One search finds all beginnings; what each of them is shows only behind it.
    const beginnings = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\0?\n)|\^[[A-Z@?]|\[[0-9;:]{1,20}m/g
    let done = 0
    for (const { index, 0: found } of text.matchAll(beginnings)) {
      if (index < done) continue
      const code = found.charCodeAt(0)
      if (code === 0x1b || code === 0x9b) done = sequence(text, index, index + 1, code === 0x9b, edits)
      else if (found === '^[') done = sequence(text, index, index + 2, false, edits)
      else if (found === '\b' || found === '^H') done = overstrike(text, index, found.length, done, edits)
      else if (found === '\r') done = overwritten(text, index, done, edits)
      else if (code === 0x5e) done = caret(text, index, edits)
      else if (found.length > 1 && WRITTEN.test(text.slice(Math.max(0, index - 6), index))) {
        // The ESC is there, escaped: it takes its sequence along once it is read.
        done = index + found.length
      } else if (found !== '\x85' || isAlnum(text.charCodeAt(index + 1))) {
        // `[32m` whose ESC a log has lost, or a control that shows as nothing.
        edits.replace(index, index + found.length, '')
        done = index + found.length
      }
    }
    return edits.finish()
  }
}

/** ESC as text. */
const WRITTEN = /(?:u001b|u\{1b\}|x1b|033|\\e|%1b|27;)$/i

/** Steps over a CSI, OSC or other sequence whose introducer ends at `at`. An unfinished one loses its introducer only. */
function sequence(text: string, from: number, at: number, csi: boolean, edits: Rewriter): number {
  let to = at
  let by = ''
  const code = text.charCodeAt(at)
  if (csi || code === 0x5b) {
    to = csi ? at : at + 1
    const limit = Math.min(text.length, to + 64)
    while (to < limit && text.charCodeAt(to) >= 0x20 && text.charCodeAt(to) <= 0x3f) to++
    const last = text.charAt(to)
    if (last >= '@' && last <= '~') {
      to++
      // These move on: what follows them stands elsewhere on the screen.
      if ('BCEFHdf'.includes(last)) by = toLineStart(text.slice(from, to)) ? '\n' : ' '
    } else to = at
  } else if (code === 0x5d || code === 0x50 || code === 0x5e || code === 0x5f) {
    const end = stringEnd(text, at + 1)
    to = end ?? at + 1
  } else if (code >= 0x20 && code <= 0x2f) {
    while (to < at + 4 && text.charCodeAt(to) >= 0x20 && text.charCodeAt(to) <= 0x2f) to++
    to++
  } else if (code >= 0x30 && code <= 0x7e) to = at + 1
  to = Math.min(to, text.length)
  edits.replace(from, to, by)
  return to
}

/** Whether a movement ends in the first column. */
function toLineStart(sequence: string): boolean {
  return /(?:[EF]|\d;1?[Hf])$/.test(sequence)
}

/** Where the string of an OSC ends: at BEL, ST or the same written as `^G`, `^[\`; undefined where it does not soon. */
function stringEnd(text: string, from: number): number | undefined {
  const limit = Math.min(text.length, from + 2048)
  for (let i = from; i < limit; i++) {
    const code = text.charCodeAt(i)
    if (code === 7 || code === 0x9c) return i + 1
    if (code === 0x1b) return text.charCodeAt(i + 1) === 0x5c ? i + 2 : i
    if (code === 0x5e && text.charAt(i + 1) === 'G') return i + 2
    if (code === 0x5e && text.startsWith('[\\', i + 1)) return i + 3
    if (code === 10) return undefined
  }
  return undefined
}

/** A group of backspaces takes away as many characters before it. */
function overstrike(text: string, from: number, length: number, least: number, edits: Rewriter): number {
  const mark = text.slice(from, from + length)
  let to = from
  let count = 0
  while (text.startsWith(mark, to)) {
    to += length
    count++
  }
  let start = from
  while (count > 0 && start > least && text.charCodeAt(start - 1) !== 10) {
    start--
    count--
  }
  edits.replace(start, to, '')
  return to
}

/** A line that carriage returns began anew, each time over what was there. */
function overwritten(text: string, at: number, done: number, edits: Rewriter): number {
  const from = Math.max(done, text.lastIndexOf('\n', at) + 1)
  const feed = text.indexOf('\n', at)
  const to = feed === -1 ? text.length : feed
  const parts = text.slice(from, to).split('\r')
  let line = isWrapped(parts) ? parts.map((part) => part.trimEnd()).join('') : ''
  for (const part of line === '' ? parts : []) {
    line = part.length >= line.length ? part : part + line.slice(part.length)
  }
  edits.replace(from, to, line)
  return to
}

/** A shell that edits a long line writes a blank and goes back wherever the line is broken on the screen. */
function isWrapped(parts: readonly string[]): boolean {
  const width = parts.length < 2 ? 0 : (parts[0]?.length ?? 0)
  return width > 20 && parts.slice(0, -1).every((part) => part.length === width && part.endsWith(' '))
}

/** `^I`, `^M` of `cat -A`, where they stand in front of or between words. */
function caret(text: string, at: number, edits: Rewriter): number {
  const next = text.charCodeAt(at + 2)
  if (!(next > 32) || isDigit(next)) return at
  edits.replace(at, at + 2, text.charAt(at + 1) === '@' ? '' : ' ')
  return at + 2
}
