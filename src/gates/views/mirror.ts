/** Tokens of well-known kinds written backwards, in ROT13, or glued to a word. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

const KNOWN = [
  'ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_', 'hf_', 'sk-', 'sk_live_', 'rk_live_', 'xoxb-', 'xoxp-', 'glpat-',
  'npm_', 'gsk_', 'dop_v1_', 'r8_', 'pypi-', 'AKIA', 'ASIA', 'AIza', 'eyJ'
] // prettier-ignore
const SHORTEST = 20
/** How much of a word may stand around a token that it is glued to. */
const REACH = 64

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
const FIRST = new Set(MIRRORS.flatMap(([, { marks }]) => marks.map((mark) => mark.charCodeAt(0))))

export const mirrored: Family = {
  how: 'disfigured',
  signs: Sign.run,
  apply(text, { runs }) {
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

function marked(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (i === from + REACH && to - REACH > i) i = to - REACH
    if (!FIRST.has(text.charCodeAt(i))) continue
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
