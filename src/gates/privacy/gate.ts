/** The gate of privacy: who and where, told in sum, or held back where the policy says so. */
import { FindingsOfTrace, hideNames } from '../finding.js'
import type { Finding, Gate, GateResult, OpenTrace, ScanBatch } from '../gate.js'
import type { Policy, PrivacyFinding } from '../policy.js'
import { Memory, type Spotted } from '../memory.js'
import type { ScanText } from '../texts.js'
import { findPrivate, type PrivateMatch } from './find.js'

const GATE = 'privacy'

const KINDS: Readonly<Record<PrivacyFinding, string>> = {
  'home-paths': 'a path that names a user',
  emails: 'an e-mail address',
  'internal-hosts': 'the name of an internal host'
}

/** The gate over what a policy says of privacy; absent where it switches everything off. */
export function privacyGate({ privacy }: Policy): Gate | undefined {
  const modes = new Map(Object.entries(privacy).filter(([, mode]) => mode !== 'off')) as Map<PrivacyFinding, string>
  if (modes.size === 0) return undefined
  return { name: GATE, inspect: (batch, traces) => inspect(modes, batch, traces) }
}

async function inspect(
  modes: ReadonlyMap<PrivacyFinding, string>,
  batch: ScanBatch,
  traces: AsyncIterable<OpenTrace>
): Promise<GateResult> {
  if (batch.lines.length === 0) return { findings: [], checks: [] }
  const findings: Finding[] = []
  const counts = new Map<PrivacyFinding, number>()
  const memory = new Memory<PrivateText>()
  for await (const trace of traces) {
    const found = new FindingsOfTrace(trace)
    const warned = new Set<PrivacyFinding>()
    for (const { text, kind, value } of memory.allOf(trace, lookInto)) {
      const mode = modes.get(kind)
      if (mode === 'block') found.add(text, { gate: GATE, detector: kind, value, guessable: true, what: KINDS[kind] })
      else if (mode === 'warn') warned.add(kind)
    }
    for (const kind of warned) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    findings.push(...found.all())
  }
  const warnings = [...counts].map(
    ([kind, count]) =>
      `${String(count)} of ${String(batch.lines.length)} trace(s) hold ${KINDS[kind]} (\`privacy: ${kind}\` of the policy).`
  )
  const details = Object.fromEntries(modes)
  return { findings: hideNames(findings), checks: [{ gate: GATE, tool: 'privacy', version: '1', details }], warnings }
}

type PrivateText = Spotted & Pick<PrivateMatch, 'kind' | 'value'>

function lookInto(texts: readonly ScanText[]): PrivateText[] {
  return texts.flatMap((text) => {
    // What the line holds, the texts hold.
    if (text.piece.place === 'line') return []
    const all = findPrivate(text.text).map(({ kind, value }) => ({ text, kind, value }))
    // One of a kind says it: a long text repeats its paths thousands of times.
    return all.filter(({ kind }, i) => all.findIndex((other) => other.kind === kind) === i)
  })
}
