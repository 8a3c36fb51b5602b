/** HTML and XML: character references, and tags in the middle of a word. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

/** Names of what stands in and around tokens, and of what shows as nothing. */
const NAMES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lowbar: '_',
  UnderBar: '_',
  hyphen: '-',
  dash: '-',
  sol: '/',
  bsol: '\\',
  equals: '=',
  plus: '+',
  colon: ':',
  semi: ';',
  comma: ',',
  period: '.',
  commat: '@',
  num: '#',
  dollar: '$',
  percnt: '%',
  excl: '!',
  quest: '?',
  ast: '*',
  lpar: '(',
  rpar: ')',
  lbrack: '[',
  lsqb: '[',
  rbrack: ']',
  rsqb: ']',
  lbrace: '{',
  lcub: '{',
  rbrace: '}',
  rcub: '}',
  vert: '|',
  grave: '`',
  Hat: '^',
  Tab: '\t',
  NewLine: '\n',
  shy: '',
  zwj: '',
  zwnj: '',
  lrm: '',
  rlm: '',
  ZeroWidthSpace: '',
  NoBreak: '',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' '
}

export const references: Family = {
  how: 'character references',
  signs: Sign.ampersand,
  apply(text) {
    const edits = new Rewriter(text)
    for (const found of text.matchAll(/&(?:#0{0,8}(\d{1,7});?|#[xX]0{0,8}([0-9a-fA-F]{1,6});?|([A-Za-z]{2,14});)/g)) {
      const [whole, decimal, hex, name] = found
      const by =
        name === undefined ? fromPoint(decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal)) : NAMES[name]
      if (by !== undefined) edits.replace(found.index, found.index + whole.length, by)
    }
    return edits.finish()
  }
}

function fromPoint(point: number): string | undefined {
  return point <= 0x10ffff ? String.fromCodePoint(point) : undefined
}

/** Tags that stand inside a line of text, and comments. */
const INLINE =
  /<(?:\/?(?:a|b|i|u|s|em|strong|mark|span|code|wbr|font|kbd|tt|sub|sup|small|del|ins|var|samp|big|bdi|bdo|nobr|abbr|cite|q|hl|highlight)(?:\s[^<>]{0,300})?\/?>|!--[^<>]{0,300}-->|!\[CDATA\[)|\]\]><!\[CDATA\[/gi

/** Only between characters of a word, or of what stands for one: elsewhere a tag is a border like any other. */
export const tags: Family = {
  how: 'tags inside a word',
  signs: Sign.less,
  apply(text) {
    const edits = new Rewriter(text)
    for (const { index, 0: tag } of text.matchAll(INLINE)) {
      const before = text.charAt(index - 1)
      const behind = text.charAt(index + tag.length)
      if (tag.endsWith('[') || (/[\w\->+/%\\&#;=:.@~$]/.test(before) && /[\w\-<+/%\\&#;=:.@~$]/.test(behind)))
        edits.replace(index, index + tag.length, '')
    }
    return edits.finish()
  }
}
