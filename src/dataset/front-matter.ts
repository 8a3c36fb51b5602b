/**
 * The front matter of a card: YAML between two lines `---` at the top of README.md, which the Hub and `datasets` read.
 * Only our own keys ever change (facts: reference, pieces of the card; Hub, dataset cards).
 */
import { isDeepStrictEqual } from 'node:util'
import { isScalar, isSeq, Scalar, stringify } from 'yaml'
import { PERSONAS, type QualitySummary } from '../quality/types.js'
import { floatRepr } from '../traces/text.js'
import { TRACES_CONFIG, updateConfigs } from './card-configs.js'
import { invalidCard, YamlEntries } from './yaml-entries.js'

/** What our keys say. */
export interface FrontMatterInput {
  readonly totalTraces: number
  readonly quality: QualitySummary | undefined
}

/** A card's text in two. */
export interface SplitCard {
  /** What stands between the lines `---`: empty or ended by LF; undefined where the text has no front matter. */
  readonly yaml: string | undefined
  readonly body: string
}

const TAGS = ['opentraces', 'agent-traces']

/**
 * Finds the front matter as `huggingface_hub` does: the text begins with a line `---` (blank lines before it do not
 * count), and the next line that is just `---` ends it. Line breaks are LF.
 *
 * @throws LoadError `CARD_INVALID` where it has no end
 */
export function splitCard(text: string): SplitCard {
  const opening = /^\s*---(?:\n|$)/.exec(text)
  if (opening === null) return { yaml: undefined, body: text }
  const start = opening[0].length
  const closing = /(?<=\n)---[ \t]*(?:\n|$)/g
  closing.lastIndex = start
  const end = closing.exec(text)
  if (end === null) throw invalidCard('it has no closing line "---"')
  return { yaml: text.slice(start, end.index), body: text.slice(end.index + end[0].length) }
}

/** The two halves as one text. */
export function joinCard(yaml: string, body: string): string {
  return `---\n${yaml}---\n${body}`
}

/** The front matter of a card that this run creates, ended by LF. No licence unless one is given. */
export function newFrontMatter(input: FrontMatterInput, license: string | undefined): string {
  const list = (key: string, items: readonly string[]): string =>
    `${key}:\n${items.map((item) => `  - ${item}\n`).join('')}`
  const scores = [...scoresOf(input.quality)].filter((entry): entry is [string, number] => entry[1] !== undefined)
  return [
    // Quoted where YAML 1.1 would take it for something else, such as `no`.
    license === undefined ? '' : stringify({ license }, { compat: 'yaml-1.1' }),
    list('tags', TAGS),
    list('task_categories', ['text-generation']),
    list('language', ['en']),
    list('size_categories', [sizeCategory(input.totalTraces)]),
    stringify({ configs: [TRACES_CONFIG] }, { indentSeq: false }),
    ...scores.map(([key, score]) => `${key}: ${floatRepr(score)}\n`)
  ].join('')
}

/**
 * An existing front matter with our keys up to date: tags and the config of the traces are added where they lack, the
 * size is set, scores are set or, without a scorecard, taken out, because they would describe other data. Everything
 * else, the licence above all, keeps its bytes; where nothing changes the text is returned as it was.
 *
 * @param yaml empty, or ended by LF
 * @throws LoadError `CARD_INVALID` where it is not a YAML mapping, or one of our keys holds what no reader accepts
 */
export function updateFrontMatter(yaml: string, input: FrontMatterInput): string {
  const entries = new YamlEntries(yaml)
  updateTags(entries)
  updateSize(entries, sizeCategory(input.totalTraces))
  updateConfigs(entries)
  for (const [key, score] of scoresOf(input.quality)) updateScore(entries, key, score)
  return entries.toString()
}

function updateTags(entries: YamlEntries): void {
  const value = entries.value('tags') ?? []
  const tags: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (tags.some((tag) => typeof tag === 'object' && tag !== null)) throw invalidCard('`tags` is not a list of words')
  const missing = TAGS.filter((tag) => !tags.includes(tag))
  if (missing.length === 0) return
  const node = entries.node('tags')
  if (!isSeq(node)) {
    entries.set('tags', [...tags, ...missing])
    return
  }
  for (const tag of missing) node.items.push(new Scalar(tag))
  entries.set('tags', node)
}

function updateSize(entries: YamlEntries, size: string): void {
  const value = entries.value('size_categories')
  if (value === size || isDeepStrictEqual(value, [size])) return
  const node = entries.node('size_categories')
  const first = isSeq(node) ? node.items[0] : undefined
  if (isSeq(node) && isScalar(first)) {
    // In place, so that comments stay.
    first.value = size
    node.items.length = 1
    entries.set('size_categories', node)
  } else entries.set('size_categories', [size])
}

function updateScore(entries: YamlEntries, key: string, score: number | undefined): void {
  if (score === undefined) entries.remove(key)
  else if (entries.value(key) !== score) {
    const number = new Scalar(score)
    number.minFractionDigits = 1
    entries.set(key, number)
  }
}

/** The score keys that we own, undefined where there is nothing to say. */
function* scoresOf(quality: QualitySummary | undefined): Generator<[string, number | undefined]> {
  for (const persona of PERSONAS) yield [`${persona}_score`, quality?.persona_scores[persona]?.average]
  yield ['overall_quality', quality?.overall_utility]
}

const BOUNDS = ['1K', '10K', '100K', '1M', '10M', '100M', '1B', '10B', '100B', '1T'] as const

/** The Hub's word for a number of traces; a bound itself belongs to the larger size. */
export function sizeCategory(traces: number): string {
  const reached = BOUNDS.filter((_, i) => traces >= 10 ** (i + 3)).length
  if (reached === 0) return `n<${BOUNDS[0]}`
  const low = BOUNDS[reached - 1] as string
  const high = BOUNDS[reached]
  return high === undefined ? `n>${low}` : `${low}<n<${high}`
}
