/** Tokens of well-known kinds written backwards, in ROT13, or glued to a word. */
import type { Family } from './family.js'
import { Rewriter, type Rewritten } from './rewrite.js'
import { Sign } from './sweep.js'

const KNOWN = [
  'ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_', 'hf_', 'sk-', 'sk_live_', 'rk_live_', 'xoxb-', 'xoxp-', 'glpat-',
  'npm_', 'gsk_', 'dop_v1_', 'r8_', 'pypi-', 'AKIA', 'ASIA', 'AIza', 'eyJ', 'SG.'
] // prettier-ignore
const SHORTEST = 20
/** How much of a word may stand around a token that it is glued to. */
const REACH = 64
/** Keys and the like are no longer than this. */
const LONGEST_TURNED = 100_000

function reversed(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charAt(text.length - 1 - i)).join('')
}

function rotated(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => {
    const code = letter.charCodeAt(0)
    return String.fromCharCode((code & 31) > 13 ? code - 13 : code + 13)
  })
}

interface Mirror {
  readonly marks: readonly string[]
  /** Whether the mark is at the end of what is disguised. */
  readonly atEnd: boolean
  readonly turn: (text: string) => string
}

const BACKWARDS: Mirror = { marks: KNOWN.map(reversed), atEnd: true, turn: reversed }
const ROT13: Mirror = { marks: KNOWN.map(rotated), atEnd: false, turn: rotated }
/** Marks that are short enough to turn up in other words are left out. */
const GLUED: Mirror = {
  marks: KNOWN.filter((mark) => mark.length > 3 || mark === 'hf_'),
  atEnd: false,
  turn: (text) => ` ${text.replace(/_{2,}$/, ' ')}`
}

const MIRRORS: [string, Mirror][] = [
  ['reversed', BACKWARDS],
  ['ROT13', ROT13],
  ['glued to a word', GLUED]
]
const ANY = new RegExp(MIRRORS.flatMap(([, { marks }]) => marks).join('|'), 'y')
/** What the marks have in common is looked for first: most have one of these in them. */
const FIRST = new Uint8Array(128)
for (const [, { marks }] of MIRRORS) for (const mark of marks) FIRST[mark.charCodeAt(0)] = 1

export const mirrored: Family = {
  how: 'disfigured',
  signs: Sign.run | Sign.solid,
  apply(text, { runs }) {
    const turned = turnedText(text)
    if (turned !== undefined) return turned
    const edits = new Rewriter(text)
    const names = new Set<string>()
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const from = runs[i] as number
      const to = runs[i + 1] as number
      if (to - from < SHORTEST || !marked(text, from, to)) continue
      for (const [name, mirror] of MIRRORS) {
        const [start, end] = placeOf(text, from, to, mirror)
        if (end - start < SHORTEST) continue
        edits.replace(start, end, mirror.turn(text.slice(start, end)))
        names.add(name)
        break
      }
    }
    return edits.finish([...names].join(' or '))
  }
}

/** What shows that a whole text is disguised: the header of a key, the beginning of a URL with a login. */
const BACKWARDS_TEXT = /YEK ETAVIRP|@[^\s@/]{3,200}:[^\s@/:]{0,60}\/\/:[a-z]{3}/
const ROT13_TEXT = 'CEVINGR XRL'

/** A text of many lines, or of more than tokens, in ROT13 or with each of its lines, or all of it, backwards. */
function turnedText(text: string): Rewritten | undefined {
  if (text.length > LONGEST_TURNED) return undefined
  if ((text.includes('//:') || text.includes('YEK')) && BACKWARDS_TEXT.test(text)) {
    const windows = text.split('\n').map(reversed).join('\n')
    return { windows, other: reversed(text), also: 'reversed', full: () => windows }
  }
  if (!text.includes(ROT13_TEXT)) return undefined
  const windows = rotated(text)
  return { windows, also: 'ROT13', full: () => windows }
}

function marked(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (i === from + REACH && to - REACH > i) i = to - REACH
    if (FIRST[text.charCodeAt(i)] === 0) continue
    ANY.lastIndex = i
    if (ANY.test(text)) return true
  }
  return false
}

/** Start and end of what is disguised; both 0 where nothing is. */
function placeOf(text: string, from: number, to: number, mirror: Mirror): [number, number] {
  const { marks, atEnd } = mirror
  const near = atEnd ? text.slice(Math.max(from, to - REACH), to) : text.slice(from, Math.min(to, from + REACH))
  for (const mark of marks) {
    const at = atEnd ? near.lastIndexOf(mark) : near.indexOf(mark)
    if (at === -1 || (mirror === GLUED && at === 0)) continue
    return atEnd ? [from, to - near.length + at + mark.length] : [from + at, to]
  }
  return [0, 0]
}
