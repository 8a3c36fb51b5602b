/** The gate of the policy's deny patterns. */
import { FindingsOfTrace, hideNames } from '../finding.js'
import type { Finding, Gate, GateResult, OpenTrace, ScanBatch } from '../gate.js'
import type { DenyPattern } from '../policy.js'
import { Memory, type Spotted } from '../memory.js'
import type { ScanText } from '../texts.js'
import { denyFinder } from './find.js'

const GATE = 'deny'
/** Milliseconds that the patterns may take for one trace: far more than they need for the largest one. */
const BUDGET = 20_000

/** The gate over these patterns; absent where there are none. */
export function denyGate(patterns: readonly DenyPattern[]): Gate | undefined {
  if (patterns.length === 0) return undefined
  return { name: GATE, inspect: (batch, traces) => inspect(patterns, batch, traces) }
}

interface DeniedText extends Spotted {
  readonly index: number
  readonly value: string
}

async function inspect(
  patterns: readonly DenyPattern[],
  batch: ScanBatch,
  traces: AsyncIterable<OpenTrace>
): Promise<GateResult> {
  if (batch.lines.length === 0) return { findings: [], checks: [] }
  const find = denyFinder(patterns, BUDGET)
  const findings: Finding[] = []
  const memory = new Memory<DeniedText>()
  for await (const trace of traces) {
    const found = new FindingsOfTrace(trace)
    const all = memory.allOf(trace, (texts) => {
      const [inside, lines] = [texts.filter((text) => !isLine(text)), texts.filter(isLine)]
      const searched = [...inside, ...lines]
      const [own, sent] = [inside, lines].map((some) => some.map(({ text }) => text)) as [string[], string[]]
      return find(own, sent).map(({ text, index, value }) => ({ text: searched[text] as ScanText, index, value }))
    })
    for (const { text, index, value } of all) {
      const { reason } = patterns[index] as DenyPattern
      found.add(text, {
        gate: GATE,
        detector: `deny[${String(index)}]`,
        value,
        // Names of clients and projects: a hash of one confirms a guess.
        guessable: true,
        what: `what the policy denies in entry ${String(index)}${reason === undefined ? '' : ` (${reason})`}`
      })
    }
    findings.push(...found.all())
  }
  const checks = [{ gate: GATE, tool: 'deny patterns', version: '1', details: { patterns: patterns.length } }]
  return { findings: hideNames(findings), checks }
}

function isLine({ piece }: ScanText): boolean {
  return piece.place === 'line'
}
