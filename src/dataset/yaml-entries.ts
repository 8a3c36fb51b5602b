/**
 * A YAML mapping whose top-level entries can be changed while all others keep their bytes. Writing a YAML document anew
 * loses quotes, folds and spacing of entries that nobody touched; here a changed entry is written alone and put back at
 * its place in the text.
 */
import { isDeepStrictEqual } from 'node:util'
import { Document, isMap, isNode, isScalar, type Node, Pair, parseDocument, Scalar, YAMLMap } from 'yaml'
import { LoadError } from '../errors.js'

/** The card cannot be updated without losing what somebody wrote. */
export function invalidCard(what: string): LoadError {
  return new LoadError('CARD_INVALID', `The front matter of the dataset's README.md cannot be updated: ${what}.`, {
    hint: 'Correct README.md in the dataset and run again. Nothing was overwritten.'
  })
}

interface Span {
  readonly start: number
  readonly end: number
}

export class YamlEntries {
  readonly document: Document
  readonly #root: YAMLMap
  readonly #spans: ReadonlyMap<Pair, Span>
  readonly #before: Readonly<Record<string, unknown>>
  readonly #changed = new Set<Pair>()
  readonly #removed = new Set<Pair>()

  /**
   * @param text empty, or ended by LF
   * @throws LoadError `CARD_INVALID` where it is not a YAML mapping
   */
  constructor(private readonly text: string) {
    this.document = parsed(text)
    this.#before = plain(this.document)
    this.#root = isMap(this.document.contents) ? this.document.contents : new YAMLMap()
    this.document.contents = this.#root
    this.#spans = new Map(this.#root.items.flatMap((pair) => spanOf(pair, text)))
  }

  /** The plain value of a key, as it was; also one that a merge key brings in. */
  value(key: string): unknown {
    return Object.hasOwn(this.#before, key) ? this.#before[key] : undefined
  }

  /** The node that holds the value of a key. It may be changed and given to `set`. */
  node(key: string): unknown {
    return this.#pair(key)?.value
  }

  /** Sets a key to a node or a plain value; a new key goes to the end. */
  set(key: string, value: unknown): void {
    const node = isNode(value) ? value : (this.document.createNode(value) as Node)
    let pair = this.#pair(key)
    if (pair === undefined) {
      pair = new Pair(new Scalar(key), node)
      this.#root.items.push(pair)
    } else if (pair.value !== node) {
      if (isNode(pair.value) && !isLeftOut(pair.value)) inheritComments(node, pair.value)
      pair.value = node
    }
    this.#changed.add(pair)
  }

  remove(key: string): void {
    const pair = this.#pair(key)
    if (pair === undefined) return
    this.#root.items.splice(this.#root.items.indexOf(pair), 1)
    this.#removed.add(pair)
  }

  /**
   * The text with the changes, the same text where there are none.
   *
   * @throws LoadError `CARD_INVALID` where an entry that stays is an alias of what changes
   */
  toString(): string {
    if (this.#changed.size + this.#removed.size === 0) return this.text
    const expected = plain(this.document)
    const own = new Set([...this.#changed, ...this.#removed].map((pair) => (pair.key as Scalar).value))
    const foreign = Object.keys(this.#before).filter((key) => !own.has(key))
    if (!foreign.every((key) => isDeepStrictEqual(this.#before[key], expected[key]))) {
      throw invalidCard('an entry of somebody else is an alias of one that has to change')
    }
    const holds = (text: string): boolean => {
      const document = parseDocument(text, PARSE)
      return document.errors.length === 0 && isDeepStrictEqual(plain(document), expected)
    }
    const spliced = this.#spliced()
    if (holds(spliced)) return spliced
    // A mapping in flow style, explicit keys and the like: rare, and then the library's style is better than nothing.
    const anew = this.document.toString(STRINGIFY)
    if (holds(anew)) return anew
    throw invalidCard('its structure is too unusual')
  }

  #pair(key: string): Pair | undefined {
    return this.#root.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
  }

  #spliced(): string {
    const edits: (Span & { entry: string })[] = []
    let added = ''
    for (const pair of this.#changed) {
      const span = this.#spans.get(pair)
      if (span === undefined) added += this.#entry(pair, this.text)
      else edits.push({ ...span, entry: this.#entry(pair, this.text.slice(span.start, span.end)) })
    }
    for (const pair of this.#removed) {
      const span = this.#spans.get(pair)
      if (span === undefined) continue
      // Blank lines behind it go too: a block text above the entry could take them for its own.
      const blank = /(?:[ \t]*\n)*/y
      blank.lastIndex = span.end
      blank.test(this.text)
      edits.push({ start: span.start, end: blank.lastIndex, entry: '' })
    }
    let text = this.text
    for (const { start, end, entry } of edits.sort((a, b) => b.start - a.start)) {
      text = text.slice(0, start) + entry + text.slice(end)
    }
    return text + added
  }

  /** One entry alone, lists indented as in the text around it. */
  #entry(pair: Pair, around: string): string {
    const alone = new YAMLMap()
    // Without the comment above the key: that stays in the text where it is.
    alone.items.push(new Pair(new Scalar((pair.key as Scalar).value), pair.value))
    const document = new Document()
    document.contents = alone
    return document.toString({ ...STRINGIFY, indentSeq: !/^- /m.test(around) })
  }
}

/** Warnings would quote the text in the log. */
const PARSE = { merge: true, logLevel: 'error' } as const
const STRINGIFY = { lineWidth: 0, flowCollectionPadding: false, verifyAliasOrder: false }

function parsed(text: string): Document {
  const document = parseDocument(text, PARSE)
  const [error] = document.errors
  if (error !== undefined) {
    // Counted from the line `---` above the text.
    const line = error.linePos?.[0].line
    throw invalidCard(line === undefined ? 'it is not valid YAML' : `line ${String(line + 1)} is not valid YAML`)
  }
  if (document.contents !== null && !isMap(document.contents)) throw invalidCard('it is not a list of keys and values')
  return document
}

function plain(document: Pick<Document, 'toJS'>): Readonly<Record<string, unknown>> {
  try {
    return (document.toJS() ?? {}) as Record<string, unknown>
  } catch {
    // No anchor of that name, or aliases that multiply without end.
    throw invalidCard('an alias in it cannot be resolved')
  }
}

/** From the key through the end of the value's last line; without the comments that follow a value left out. */
function spanOf(pair: Pair, text: string): [Pair, Span][] {
  const start = (pair.key as Node | null)?.range?.[0]
  const range = ((pair.value ?? pair.key) as Node | null)?.range
  if (start === undefined || !range) return []
  const end = isLeftOut(pair.value) ? range[0] : range[2]
  const lineEnd = /[ \t]*\n/y
  lineEnd.lastIndex = end
  const wholeLine = text.charAt(end - 1) !== '\n' && lineEnd.test(text)
  return [[pair, { start, end: wholeLine ? lineEnd.lastIndex : end }]]
}

function isLeftOut(value: unknown): boolean {
  return isScalar(value) && value.value === null && value.range?.[0] === value.range?.[1]
}

/** Comments belong to the place, not to the value that stood there. */
function inheritComments(node: Node, from: Node): void {
  node.comment = from.comment ?? null
  node.commentBefore = from.commentBefore ?? null
}
