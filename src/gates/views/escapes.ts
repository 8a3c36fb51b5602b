/** Backslash escapes as JSON, JavaScript, Python, C and shells write them, one level at a time. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, hexDigit, isBlank } from './sweep.js'

const LETTERS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  E: '\x1b'
}

const OCTAL_MAX = 0o377

export const escapes: Family = {
  how: 'escapes',
  signs: Sign.backslash,
  apply(text) {
    const edits = new Rewriter(text)
    let at = text.indexOf('\\')
    while (at !== -1) {
      const to = one(text, at, edits)
      at = text.indexOf('\\', to)
    }
    return edits.finish()
  }
}

/** Reads the escape at a backslash. @returns where to go on */
function one(text: string, at: number, edits: Rewriter): number {
  const next = text.charAt(at + 1)
  const letter = LETTERS[next]
  if (letter !== undefined) return put(edits, at, at + 2, letter)
  switch (next) {
    case '':
      return at + 1
    case 'x':
    case 'X':
      return hex(text, at, at + 2, 2, edits)
    case 'u':
      if (text.charAt(at + 2) === '{') return braced(text, at, edits)
      return hex(text, at, at + 2, 4, edits)
    case 'U':
      return hex(text, at, at + 2, 8, edits)
    case '\n':
      return put(edits, at, lineGoesOn(text, at + 2), '')
    case '\r':
      return put(edits, at, at + (text.charAt(at + 2) === '\n' ? 3 : 2), '')
  }
  if (next >= '0' && next <= '7') return octal(text, at, edits)
  // In front of a letter it is no escape that we know, but a regular expression or a path; in front of anything else it is
  // how JSON, Markdown and shells keep a character as it is.
  if (/[A-Za-z0-9\s]/.test(next)) return at + 2
  return put(edits, at, at + 2, next)
}

/** Behind the indentation of the next line, where YAML marks its end with another backslash. */
function lineGoesOn(text: string, from: number): number {
  let at = from
  while (at < from + 80 && isBlank(text.charCodeAt(at))) at++
  return at > from && text.charCodeAt(at) === 92 ? at + 1 : from
}

function put(edits: Rewriter, from: number, to: number, by: string): number {
  edits.replace(from, to, by)
  return to
}

function hex(text: string, at: number, from: number, digits: number, edits: Rewriter): number {
  let value = 0
  for (let i = from; i < from + digits; i++) {
    const digit = hexDigit(text.charCodeAt(i))
    if (digit === -1) return at + 2
    value = value * 16 + digit
  }
  return value > 0x10ffff ? at + 2 : put(edits, at, from + digits, fromCode(value))
}

/** `\u{…}` */
function braced(text: string, at: number, edits: Rewriter): number {
  let value = 0
  let i = at + 3
  for (; i < at + 11; i++) {
    const digit = hexDigit(text.charCodeAt(i))
    if (digit === -1) break
    value = value * 16 + digit
  }
  if (i === at + 3 || text.charAt(i) !== '}' || value > 0x10ffff) return at + 2
  return put(edits, at, i + 1, fromCode(value))
}

function octal(text: string, at: number, edits: Rewriter): number {
  // `\0147` is how `echo -e` and `printf '%b'` write it.
  const most = text.charAt(at + 1) === '0' ? 4 : 3
  let value = 0
  let i = at + 1
  for (; i < at + 1 + most; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 7) || value * 8 + digit > OCTAL_MAX) break
    value = value * 8 + digit
  }
  return put(edits, at, i, String.fromCharCode(value))
}

/** Halves of surrogate pairs come one by one and find each other in the text. */
function fromCode(value: number): string {
  return value > 0xffff ? String.fromCodePoint(value) : String.fromCharCode(value)
}
