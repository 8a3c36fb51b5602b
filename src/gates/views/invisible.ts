/** Characters that show as nothing, or as another character than they are. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

/** Zero width, joiners, soft hyphen, direction marks, variation selectors, tags (the second half of their pair). */
const NOTHING =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc]|\udb40[\udc00-\udfff]/y
const CANDIDATES =
  /[\u00ad\u0300-\u036f\u0370-\u03ff\u0400-\u052f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2010-\u2013\u2028-\u202e\u2043\u2060-\u206f\u2070-\u209f\u2100-\u214f\u2160-\u217f\u2212\u2460-\u24ff\u3164\ufe00-\ufe0f\ufe30-\ufe6f\ufeff-\uffa0\ufff0-\ufffc\u00aa\u00b2\u00b3\u00b9\u00ba\u02b0-\u02ff\u1d2c-\u1dbf]|[\ud835\ud83c\udb40][\udc00-\udfff]/g

/** Letters of other scripts that look like ours, in pairs with what they look like. */
const LOOKALIKES = new Map<string, string>()
const PAIRS =
  'аaвBеeкkмMнHоoрpсcтTуyхxіiјjѕsԁdԛqԝwһhАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGοoαaνvρpτtυuιiκkΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX'
for (let i = 0; i + 1 < PAIRS.length; i += 2) LOOKALIKES.set(PAIRS.charAt(i), PAIRS.charAt(i + 1))

export const invisible: Family = {
  how: 'invisible or look-alike characters',
  signs: Sign.wide,
  apply(text) {
    const edits = new Rewriter(text)
    let done = 0
    for (const { index, 0: found } of text.matchAll(CANDIDATES)) {
      if (index < done) continue
      const plain = plainForm(found)
      if (plain === found) continue
      if (plain === '') {
        const end = skipNothing(text, index)
        // Next to white space or to other scripts and pictures they hide nothing.
        const ascii = hidden(text, index, end)
        if (ascii.length >= 8) edits.replace(index, end, ` ${ascii} `)
        else if (solid(text.charCodeAt(index - 1)) && solid(text.charCodeAt(end))) edits.replace(index, end, ascii)
        done = end
      } else if (LOOKALIKES.has(found) || plain === '-') {
        if (isWord(text.charCodeAt(index - 1)) || isWord(text.charCodeAt(index + 1)))
          edits.replace(index, index + 1, plain)
      } else {
        edits.replace(index, index + found.length, plain)
      }
    }
    return edits.finish()
  }
}

const forms = new Map<string, string>()

/** ASCII for what only looks different, empty for what does not show at all, else the character itself. */
function plainForm(char: string): string {
  let form = forms.get(char)
  if (form === undefined) {
    NOTHING.lastIndex = 0
    if (NOTHING.test(char) || /^\p{M}$/u.test(char)) form = ''
    else if (/^[\u2010-\u2013\u2043\u2212\ufe63\uff0d]$/.test(char)) form = '-'
    else {
      const compatible = LOOKALIKES.get(char) ?? char.normalize('NFKC')
      form = /^[!-~]+$/.test(compatible) ? compatible : char
    }
    forms.set(char, form)
  }
  return form
}

function skipNothing(text: string, from: number): number {
  let end = from
  for (;;) {
    const code = text.charCodeAt(end)
    if (!(code > 0x7f)) return end
    const char = code === 0xdb40 ? text.slice(end, end + 2) : text.charAt(end)
    if (plainForm(char) !== '') return end
    end += char.length
  }
}

/** Tag characters carry ASCII of their own. */
function hidden(text: string, from: number, to: number): string {
  let ascii = ''
  for (const char of text.slice(from, to)) {
    const point = char.codePointAt(0) ?? 0
    if (point >= 0xe0020 && point <= 0xe007e) ascii += String.fromCharCode(point - 0xe0000)
  }
  return ascii
}

function solid(code: number): boolean {
  return code > 32 && code < 127
}

function isWord(code: number): boolean {
  return solid(code) && /\w/.test(String.fromCharCode(code))
}
