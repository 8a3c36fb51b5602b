/**
 * Strict YAML 1.2 for settings: plain data with positions, and complaints that quote nothing. What stands in a settings
 * file may be confidential, and the library's own messages quote it.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'

/** A complaint about one place of the file. */
export interface Problem {
  /** From 1; undefined where it is about the whole file. */
  readonly line: number | undefined
  readonly text: string
}

/** Where a value stands: keys and positions from the root. */
export type Place = readonly PropertyKey[]

export interface YamlFile {
  /** Plain objects, arrays, strings, numbers, booleans and null. Undefined where there are problems. */
  readonly data: unknown
  readonly problems: readonly Problem[]
  /** Line of the value, from 1, or of the nearest thing around it that is written in the file. */
  lineOf(place: Place): number | undefined
}

/** Aliases that one document may expand to, so that a small file cannot become a huge value. */
const MAX_ALIASES = 100

const COMPLAINTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key stands twice in one mapping',
  MULTIPLE_DOCS: 'only one YAML document is allowed',
  NON_STRING_KEY: 'keys must be text',
  TAB_AS_INDENT: 'indentation must be spaces, not tabs',
  TAG_RESOLVE_FAILED: 'tags are not allowed',
  RESOURCE_EXHAUSTION: 'values are nested too deeply'
}

/** Reads one YAML document without tags, with unique keys that are text. Never throws. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    resolveKnownTags: false,
    merge: false,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    // Not `silent`, which also lets a second document pass.
    logLevel: 'error',
    lineCounter: lines
  })
  const problems: Problem[] = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    line: lines.linePos(pos[0]).line,
    text: COMPLAINTS[code] ?? 'this is not valid YAML'
  }))
  const data = problems.length === 0 ? plainData(document, problems) : undefined
  return { data, problems, lineOf: (place) => lineOf(document, lines, place) }
}

function plainData(document: Document, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch {
    // Only aliases can fail here: without an anchor, or too many of them.
    problems.push({ line: undefined, text: 'its aliases (*name) have no anchor, or expand to too much' })
    return undefined
  }
}

function lineOf(document: Document, lines: LineCounter, place: Place): number | undefined {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const step of place) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      offset = startOf(pair?.key) ?? offset
      node = pair?.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      offset = startOf(node) ?? offset
    } else {
      break
    }
  }
  return offset === undefined ? undefined : lines.linePos(offset).line
}

/** Offset of a node in the text. */
function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined
}
