/** URL encoding: `%67`, `%u0067`, and `+` for a blank. */
import type { Family } from './family.js'
import { Rewriter, type Rewritten } from './rewrite.js'
import { Sign, hexDigit } from './sweep.js'

export const url: Family = {
  how: 'URL encoding',
  signs: Sign.percent,
  apply: (text) => decode(text, false)
}

/** As forms write it. Apart from `url`, because a `+` can just as well be a digit of base64. */
export const form: Family = {
  how: 'URL encoding',
  signs: Sign.percent,
  apply: (text) => decode(text, true)
}

function decode(text: string, plus: boolean): Rewritten | undefined {
  const edits = new Rewriter(text)
  let some = !plus
  let done = 0
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', Math.max(done, at + 1))) {
    const to = groupEnd(text, at)
    if (to === at) continue
    if (plus) done = blanks(text, at, to, done, edits, () => (some = true))
    else done = to
    edits.replace(at, to, unquote(text.slice(at, to)))
  }
  return some ? edits.finish() : undefined

  function blanks(whole: string, from: number, to: number, least: number, into: Rewriter, found: () => void): number {
    let start = from
    while (start > least && isUrl(whole.charCodeAt(start - 1))) start--
    for (let i = whole.indexOf('+', start); i !== -1 && i < from; i = whole.indexOf('+', i + 1)) {
      into.replace(i, i + 1, ' ')
      found()
    }
    return to
  }
}

/** End of the escapes that follow each other from `at` on. */
function groupEnd(text: string, at: number): number {
  let to = at
  while (text.charCodeAt(to) === 37) {
    if (hexDigit(text.charCodeAt(to + 1)) !== -1 && hexDigit(text.charCodeAt(to + 2)) !== -1) to += 3
    else if (/^u[0-9a-f]{4}$/i.test(text.slice(to + 1, to + 6))) to += 6
    else break
  }
  return to
}

function unquote(group: string): string {
  if (/%u/i.test(group)) {
    return group.replace(
      /%u([0-9a-f]{4})|%([0-9a-f]{2})/gi,
      (_, wide: string | undefined, narrow: string | undefined) =>
        String.fromCharCode(parseInt(wide ?? narrow ?? '', 16))
    )
  }
  if (group.length === 3) {
    const code = parseInt(group.slice(1), 16)
    return code < 128 ? String.fromCharCode(code) : '\ufffd'
  }
  return Buffer.from(group.replaceAll('%', ''), 'hex').toString('utf8')
}

function isUrl(code: number): boolean {
  return code > 32 && code < 127 && code !== 34 && code !== 39 && code !== 60 && code !== 62
}
