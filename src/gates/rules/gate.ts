/** The gate of the bundled rules: always on, whatever else is switched off. */
import { GateError } from '../../errors.js'
import { FindingsOfTrace, hideNames, type Found } from '../finding.js'
import type { Finding, Gate, GateResult, OpenTrace, ScanBatch } from '../gate.js'
import { Memory, type Spotted } from '../memory.js'
import type { ScanText } from '../texts.js'
import { findSecrets } from './find.js'
import { selfCheck } from './selfcheck.js'

const GATE = 'rules'
/** Goes up with every change of what the rules find. */
const RULES_VERSION = '1'

/** Nobody packs a harmless text like this, and a secret may hide in it. */
const UNREAD: Found = {
  gate: GATE,
  detector: 'unread',
  value: '',
  guessable: true,
  what: 'something that cannot be read to its end: it is packed too tightly, or encoded too many times,'
}

export interface RulesOptions {
  /** Makes the log hide a value. Called for every secret that is found, before anything is said about it. */
  readonly mask: (value: string) => void
  /** A whole number from 0 to below n. */
  readonly randomInt: (n: number) => number
}

/** The gate over the rules that come with the action. */
export function rulesGate(options: RulesOptions): Gate {
  return { name: GATE, inspect: (batch, traces) => inspect(options, batch, traces) }
}

async function inspect(
  { mask, randomInt }: RulesOptions,
  batch: ScanBatch,
  traces: AsyncIterable<OpenTrace>
): Promise<GateResult> {
  if (batch.lines.length === 0) return { findings: [], checks: [] }
  if (!selfCheck(randomInt, findSecrets)) {
    throw new GateError('SCAN_FAILED', 'The bundled rules did not find a secret that was planted to test them.', {
      hint: 'Nothing was published. This is a defect of the action: please report it.'
    })
  }
  const findings: Finding[] = []
  const memory = new Memory<Spotted & Found>()
  let texts = 0
  for await (const trace of traces) {
    texts += trace.texts.length
    const found = new FindingsOfTrace(trace)
    for (const one of memory.allOf(trace, (own) => lookInto(own, mask))) found.add(one.text, one)
    findings.push(...found.all())
  }
  const checks = [{ gate: GATE, tool: 'bundled rules', version: RULES_VERSION, details: { texts } }]
  return { findings: hideNames(findings), checks }
}

function* lookInto(texts: readonly ScanText[], mask: (value: string) => void): Generator<Spotted & Found> {
  for (const text of texts) {
    // The line is that of the texts again, but escaped, and TruffleHog reads it.
    if (text.piece.place === 'line') continue
    if (text.unread) yield { text, ...UNREAD }
    for (const { rule, value, guessable, start, end } of findSecrets(text.text, text.field)) {
      mask(value)
      // A key in lines is put together: what stands there is hidden as well.
      mask(text.text.slice(start, end))
      yield { text, gate: GATE, detector: rule, value, guessable, what: `a secret of kind ${rule}` }
    }
  }
}
