/** Transfers that say the length of each piece in front of it (RFC 9112, section 7.1), and words of mail headers (RFC 2047). */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, hexDigit } from './sweep.js'

/** The last piece, of no length, or the header that announces them. */
const ENDS = ['\n0\r\n', '\n0\n', 'hunked']
const SIZES = /^[\da-f]{1,4}\r?\n/gim

export const chunked: Family = {
  how: 'chunked transfer',
  signs: Sign.newline,
  apply(text) {
    if (!ENDS.some((end) => text.includes(end))) return undefined
    const edits = new Rewriter(text)
    let done = 0
    for (const { index } of text.matchAll(SIZES)) if (index >= done) done = readChunks(text, index, edits)
    return edits.finish()
  }
}

/** Joins the pieces from the beginning of a line on, if there are several. @returns where they end */
function readChunks(text: string, from: number, edits: Rewriter): number {
  const pieces: string[] = []
  let at = from
  let end = from
  for (;;) {
    const size = sizeAt(text, at)
    if (size === undefined) break
    const [start, length] = size
    const behind = start + length
    if (length === 0 || !isBreak(text, behind)) break
    pieces.push(text.slice(start, behind))
    end = behind
    at = behind + (text.charCodeAt(behind) === 13 ? 2 : 1)
  }
  if (pieces.length > 1) edits.replace(from, end, pieces.join(''))
  return end
}

/** Where a piece begins, and its length, from the line that says it. */
function sizeAt(text: string, from: number): [number, number] | undefined {
  let length = 0
  let at = from
  for (; at < from + 5; at++) {
    const digit = hexDigit(text.charCodeAt(at))
    if (digit === -1) break
    length = length * 16 + digit
  }
  if (at === from || at === from + 5) return undefined
  if (text.charCodeAt(at) === 10) return [at + 1, length]
  return text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10 ? [at + 2, length] : undefined
}

function isBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 10 || (code === 13 && text.charCodeAt(at + 1) === 10)
}

/** One word, or several with nothing but white space between them. */
const WORDS = /=\?[\w-]{2,20}\?[BbQq]\?[^?\s]{0,200}\?=(?:\s{1,8}=\?[\w-]{2,20}\?[BbQq]\?[^?\s]{0,200}\?=){0,500}/g
const WORD = /=\?[\w-]+\?([BbQq])\?([^?\s]*)\?=/g

export const encodedWords: Family = {
  how: 'encoded words',
  signs: Sign.equals,
  apply(text) {
    if (!text.includes('=?')) return undefined
    const edits = new Rewriter(text)
    for (const { index, 0: words } of text.matchAll(WORDS)) {
      const parts = Array.from(words.matchAll(WORD), ([, kind = '', body = '']) => decodeWord(kind, body))
      edits.replace(index, index + words.length, parts.join(''))
    }
    return edits.finish()
  }
}

function decodeWord(kind: string, body: string): string {
  if (kind === 'B' || kind === 'b') return Buffer.from(body, 'base64').toString('utf8')
  const bytes = body
    .replaceAll('_', ' ')
    .replace(/=([\dA-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
