/** Quoted-printable, as mail is written: `=3D`, and `=` at the end of a line that goes on. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

export const quotedPrintable: Family = {
  how: 'quoted-printable',
  signs: Sign.equals,
  apply(text) {
    const edits = new Rewriter(text)
    // Lower-case digits are no quoted-printable, and `a=b` with two of them is everywhere.
    for (const { index, 0: found } of text.matchAll(/=(?:[ \t]*\r?\n|[2-7][0-9A-F]|[89A-F][0-9A-F](?==))/g)) {
      if (found.endsWith('\n')) {
        // An assignment that goes on in the next line has a blank before it.
        if (text.charCodeAt(index - 1) > 32) edits.replace(index, index + found.length, '')
        continue
      }
      const char = String.fromCharCode(parseInt(found.slice(1), 16))
      // Letters and digits need no escape: where they have one, their neighbours have one too.
      const besides = text.charAt(index - 3) === '=' || text.charAt(index + 3) === '='
      if (besides || !/[0-9A-Za-z]/.test(char)) edits.replace(index, index + found.length, char)
    }
    return edits.finish()
  }
}
