/** The gate of known values: what the action holds or was told must not be in any trace, in no encoding. */
import { FindingsOfTrace, hideNames } from '../finding.js'
import type { Finding, Gate, GateResult, OpenTrace, ScanBatch } from '../gate.js'
import { Memory, type Spotted } from '../memory.js'
import { knownFinder, type KnownMatch } from './find.js'
import type { KnownValue } from './values.js'

const GATE = 'known-values'

/** The gate that looks for these values. Findings are named by their place: a known value may be a short password. */
export function knownValuesGate(values: readonly KnownValue[]): Gate {
  return { name: GATE, inspect: (batch, traces) => inspect(values, batch, traces) }
}

async function inspect(
  values: readonly KnownValue[],
  batch: ScanBatch,
  traces: AsyncIterable<OpenTrace>
): Promise<GateResult> {
  if (batch.lines.length === 0 || values.length === 0) return { findings: [], checks: [] }
  const find = knownFinder(values)
  const memory = new Memory<Spotted & KnownMatch>()
  const findings: Finding[] = []
  for await (const trace of traces) {
    const found = new FindingsOfTrace(trace)
    const all = memory.allOf(trace, (texts) =>
      texts.flatMap((text) => find(text.text).map((match) => ({ ...match, text })))
    )
    for (const { text, name, value, form } of all) {
      const encoded = form === 'as it is' ? '' : `, encoded (${form})`
      found.add(text, { gate: GATE, detector: name, value, guessable: true, what: `the value of ${name}${encoded}` })
    }
    findings.push(...found.all())
  }
  const checks = [{ gate: GATE, tool: 'known values', version: '1', details: { values: values.length } }]
  return { findings: hideNames(findings), checks }
}
