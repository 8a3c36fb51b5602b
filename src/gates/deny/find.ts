/**
 * The deny patterns of a policy in the texts of a trace. The patterns are the owners', but the texts are anybody's: what
 * the policy lets pass can still take a time that grows with a power of the text's length. So regular expressions run
 * under a timer that can stop them, which only `node:vm` offers.
 */
import { createContext, Script } from 'node:vm'
import { GateError, systemErrorCode } from '../../errors.js'
import type { DenyPattern } from '../policy.js'
import { denyExpression } from '../policy/patterns.js'
import { literalFinder, type Span } from './literals.js'

export interface DenyMatch extends Span {
  /** Position of the text among those that were searched, lines behind texts. */
  readonly text: number
  /** What was found, never to be shown. `start` and `length` are of the composed text where only that matches. */
  readonly value: string
}

/**
 * Makes a search for deny patterns in a batch of texts: the first place of each entry in each text. Literals are also
 * found in other spellings (see `literals.ts`), regular expressions also in the text with composed letters. In published
 * lines, whose strings are among the texts, both are only looked for as they are.
 *
 * @param budgetMs milliseconds that all regular expressions together may take for one batch
 * @throws GateError `SCAN_FAILED` from the search, where they take longer or cannot be run to the end
 */
export function denyFinder(
  patterns: readonly DenyPattern[],
  budgetMs: number
): (texts: readonly string[], lines?: readonly string[]) => DenyMatch[] {
  const entries = patterns.map((entry, index) => ({ ...entry, index, ignoreCase: entry['ignore-case'] }))
  const findLiterals = literalFinder(entries.filter(({ regex }) => !regex))
  const expressions = entries
    .filter(({ regex }) => regex)
    .map((entry) => ({ index: entry.index, expression: denyExpression(entry) }))
  const findExpressions = expressionFinder(expressions, budgetMs)
  return (texts, lines = []) => {
    const all = [...texts, ...lines]
    const isLine = (position: number): boolean => position >= texts.length
    return [
      ...all.flatMap((text, i) => findLiterals(text, isLine(i)).map((span) => matchOf(text, i, span))),
      ...findExpressions(all, isLine)
    ]
  }
}

function matchOf(text: string, position: number, span: Span): DenyMatch {
  return { text: position, ...span, value: text.slice(span.start, span.start + span.length) }
}

interface Expression {
  readonly index: number
  readonly expression: RegExp
}

function expressionFinder(
  expressions: readonly Expression[],
  budgetMs: number
): (texts: readonly string[], isLine: (position: number) => boolean) => DenyMatch[] {
  if (expressions.length === 0) return () => []
  const timed = timer(budgetMs)
  return (texts, isLine) => {
    const matches: DenyMatch[] = []
    const spent = new Map<Expression, number>()
    let running: Expression | undefined
    let since = performance.now()
    const composed = texts.map((text, i) => (!isLine(i) && /[^\0-\u02ff]/.test(text) ? text.normalize('NFC') : text))
    try {
      timed(() => {
        for (const one of expressions) {
          running = one
          since = performance.now()
          texts.forEach((text, i) => {
            const other = composed[i] as string
            const match = matchIn(text, i, one) ?? (other === text ? undefined : matchIn(other, i, one))
            if (match !== undefined) matches.push(match)
          })
          spent.set(one, performance.now() - since)
        }
      })
    } catch (error) {
      if (running !== undefined) spent.set(running, performance.now() - since)
      throw failed(error, running, spent)
    }
    return matches
  }
}

function matchIn(text: string, position: number, { index, expression }: Expression): DenyMatch | undefined {
  expression.lastIndex = 0
  const match = expression.exec(text)
  return match === null
    ? undefined
    : { text: position, index, start: match.index, length: match[0].length, value: match[0] }
}

/** Runs a function that is stopped in the middle of whatever it does when its time is over. */
function timer(budgetMs: number): (work: () => void) => void {
  const globals: { work: () => void } = { work: () => undefined }
  const context = createContext(globals)
  const script = new Script('work()')
  return (work) => {
    globals.work = work
    script.runInContext(context, { timeout: Math.max(1, Math.ceil(budgetMs)) })
  }
}

/** The error of a stopped search is not kept: nothing of a pattern or a text may get into a message. */
function failed(error: unknown, running: Expression | undefined, spent: ReadonlyMap<Expression, number>): GateError {
  const isLate = systemErrorCode(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  const [slowest] = [...spent].sort(([, a], [, b]) => b - a)
  const blamed = isLate ? slowest?.[0] : running
  const name = `deny[${String(blamed?.index ?? 0)}]`
  return new GateError(
    'SCAN_FAILED',
    isLate
      ? `The deny patterns of the policy took too long for one trace, ${name} most of it.`
      : `The deny pattern ${name} of the policy could not be run to the end of a trace.`,
    {
      hint: `Nothing was published. Make ${name} simpler: fewer repetitions (*, +, {n,}) that can match the same text, or a literal.`
    }
  )
}
