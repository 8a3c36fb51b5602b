/** Reports as runs write them, one for each kind of page. The names and numbers are made up. */
import { emptyReport, type Report, type ReportTrace } from '../../src/report/model.js'

const SHA = { head: '1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d', base: '9f2c1ab3d4e5f60718293a4b5c6d7e8f90a1b2c3' }
const REVISION = '7d30e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192'

function uuid(i: number): string {
  return `${(0x3fa85f64 + i * 0x01010101).toString(16)}-0000-4000-8000-${String(i).padStart(12, '0')}`
}

function trace(i: number, changes: Partial<ReportTrace> = {}): ReportTrace {
  const overall = 70 + i
  return {
    trace_id: uuid(i),
    file: `traces/week-${String(1 + (i % 3))}.jsonl`,
    line: 1 + i,
    status: 'clean',
    scores: { conformance: 97, training: 60 + i, rl: 88, analytics: 75, domain: 75, overall },
    findings: [],
    agent: 'claude-code',
    model: 'anthropic/claude-sonnet-4-5',
    steps: 40 + i,
    cost_usd: 0.25 * i,
    task: `Fix the failing parser test ${String(i)}`,
    change: i < 6 ? 'new' : 'unchanged',
    ...changes
  }
}

const personas = (
  values: readonly number[]
): Record<'conformance' | 'training' | 'rl' | 'analytics' | 'domain', number> => {
  const [conformance, training, rl, analytics, domain] = values as [number, number, number, number, number]
  return { conformance, training, rl, analytics, domain }
}

function quality(values: readonly number[], overall: number, traces: number): NonNullable<Report['quality']> {
  const averages = personas(values)
  return {
    scorer_version: '0.9.0',
    scoring_mode: 'deterministic',
    assessed_at: '2026-11-22T16:20:11+00:00',
    trace_count: traces,
    persona_scores: Object.fromEntries(
      Object.entries(averages).map(([name, average]) => [name, { average, min: average - 10, max: 100 }])
    ),
    overall_utility: overall,
    gate_status: 'passing',
    gate_failures: []
  }
}

function minimums(): NonNullable<Report['batch']>['minimums'] {
  return {
    conformance: { average: 80, individual: 70, traces_below: 0 },
    training: { average: 45, individual: 40, traces_below: 0 },
    rl: { average: 40, individual: null, traces_below: 0 },
    analytics: { average: 70, individual: 60, traces_below: 0 },
    domain: { average: 55, individual: 45, traces_below: 0 }
  }
}

/** A pull request with fourteen clean traces, six of them new. */
export function pullRequest(): Report {
  const move = (before: number, after: number, better: number, worse: number) => ({ before, after, better, worse })
  return {
    ...emptyReport('check'),
    outcome: 'checked',
    exit_code: 0,
    skip_reason: 'pull-request',
    repo: 'acme/agent-traces',
    dataset_url: 'https://huggingface.co/datasets/acme/agent-traces',
    visibility: 'public',
    counts: { staged: 14, valid: 14, invalid: 0, duplicates: 2, blocked: 0, held: 0, uploaded: 0, migrated: 0 },
    traces: Array.from({ length: 14 }, (_, i) =>
      trace(i, {
        ...(i >= 12 ? { status: 'duplicate' as const } : {}),
        ...(i === 6
          ? {
              change: 'changed' as const,
              scores_at_base: { conformance: 97, training: 96, rl: 88, analytics: 75, domain: 79, overall: 87 }
            }
          : {})
      })
    ),
    sources: ['3 file(s) from .opentraces/staging'],
    batch: {
      scope: 'all',
      gate: 'report',
      quality: quality([97.1, 71.8, 88, 74.9, 75.2], 81.4, 14),
      minimums: minimums()
    },
    fixes: [
      {
        id: 'T6',
        persona: 'training',
        name: 'T6: Reasoning coverage',
        gain: 4.1,
        traces: 9,
        fix: 'Capture with thinking visible; redacted thinking counts half.'
      },
      {
        id: 'D6',
        persona: 'domain',
        name: 'D6: Attribution when edits exist',
        gain: 2.6,
        traces: 8,
        fix: 'Run `opentraces setup git` so that commits are tied to steps.'
      }
    ],
    baseline: {
      dataset: {
        revision: REVISION,
        traces: 1639,
        persona_averages: personas([88.4, 89, 73.4, 55.7, 84.1]),
        overall_utility: 78.1,
        gate_status: 'failing',
        gate_failures: ['analytics average 55.7% below 70.0% minimum']
      },
      base: {
        commit: SHA.base,
        name: 'main',
        traces: 8,
        added: 6,
        changed: 1,
        removed: 0,
        personas: {
          conformance: move(96.7, 97.1, 5, 0),
          training: move(78, 71.8, 1, 4),
          rl: move(78.5, 88, 6, 0),
          analytics: move(74.9, 74.9, 2, 2),
          domain: move(74.1, 75.2, 3, 1)
        },
        overall: move(79.1, 81.4, 5, 2)
      }
    },
    checks_run: [
      { gate: 'rules', tool: 'bundled rules', version: '1', texts: 2814, texts_without_disguise: 31 },
      {
        gate: 'trufflehog',
        tool: 'TruffleHog',
        version: '3.96.0',
        bytes: 1_904_112,
        sha256: 'ab'.repeat(32),
        verification: false
      },
      { gate: 'known-values', tool: 'known values', version: '1', values: 5 },
      { gate: 'deny', tool: 'deny patterns', version: '1', patterns: 12 }
    ],
    policy: { used: [], unused: [], expired: [], allowed_findings: 0 },
    notices: [`The policy is that of commit ${SHA.base}.`],
    timings: { 'Validate and migrate': 182, Gates: 4210 },
    run: {
      repository: 'acme/app',
      event: 'pull_request',
      run_id: '1234',
      run_attempt: '1',
      run_url: 'https://github.com/acme/app/actions/runs/1234/attempts/1',
      pull_request: 7,
      head_sha: SHA.head,
      base_sha: SHA.base
    }
  }
}

/** Two of the fourteen hold something, one line is no trace, and an entry of the allow list has expired. */
export function blocked(): Report {
  const report = pullRequest()
  report.outcome = 'blocked'
  report.exit_code = 3
  report.error = {
    code: 'SECRETS_FOUND',
    message: 'the gates found something in 2 of 14 staged trace(s)',
    hint: 'Nothing was published.',
    retryable: false
  }
  report.counts = { ...report.counts, staged: 15, invalid: 1, blocked: 2 }
  report.traces[0] = trace(0, {
    status: 'blocked',
    findings: [
      {
        gate: 'trufflehog',
        detector: 'Github',
        pointer: '/steps/41/observations/0/content',
        length: 40,
        fingerprint: 'fp_9c1e52ab3412',
        message: 'There is a GitHub token.',
        verified: true
      }
    ],
    drop: 'sed -i.bak 1d traces/week-1.jsonl'
  })
  report.traces[3] = trace(3, {
    status: 'blocked',
    findings: [
      {
        gate: 'known-values',
        detector: 'NPM_TOKEN',
        pointer: '/steps/12/tool_calls/0/input/*',
        length: 48,
        fingerprint: 'at_51ab90c2d3e4',
        message: 'There is the value of NPM_TOKEN, encoded (base64).'
      }
    ],
    drop: 'sed -i.bak 4d traces/week-1.jsonl'
  })
  report.invalid = [
    { file: 'traces/week-3.jsonl', line: 40, message: 'agent.name: a text is missing', pointer: '/agent/name' }
  ]
  report.policy = {
    used: [{ fingerprint: 'fp_0011223344aa', reason: 'example key of the documentation', expires: '2027-01-31' }],
    unused: [],
    expired: [{ fingerprint: 'fp_5566778899bb', reason: 'test fixture', expires: '2026-10-01' }],
    allowed_findings: 3
  }
  report.warnings = ['Entries of the allow list have expired: fp_5566778899bb.']
  return report
}

/** A trace that is published already, and that a gate blocks since its rules have changed. */
export function leaked(): Report {
  const report = pullRequest()
  report.outcome = 'blocked'
  report.exit_code = 3
  report.counts = { ...report.counts, leaked: 1 }
  report.traces[12] = trace(12, {
    status: 'leaked',
    findings: [
      {
        gate: 'rules',
        detector: 'aws-secret-access-key',
        pointer: '/steps/3/content',
        length: 40,
        fingerprint: 'fp_77aa88bb99cc',
        message: 'There is a secret of kind aws-secret-access-key.'
      }
    ]
  })
  return report
}

/** Nothing that the pull request touches is staged. */
export function unchanged(): Report {
  const report = pullRequest()
  for (const one of report.traces) one.change = 'unchanged'
  report.baseline!.base = { ...report.baseline!.base!, traces: 14, added: 0, changed: 0, removed: 0 }
  report.traces.forEach((one) => (one.status = 'clean'))
  report.counts.duplicates = 0
  return report
}

/** The quality gate fails and stops the run; `on-blocked: hold` holds a trace. */
export function failingGate(): Report {
  const report = pullRequest()
  report.counts.held = 1
  report.traces[1] = trace(1, {
    status: 'held',
    message: 'taken down on 2026-10-02: asked for by its author',
    findings: []
  })
  const batch = report.batch!
  batch.gate = 'enforce'
  batch.quality = {
    ...quality([97.1, 41.8, 88, 74.9, 75.2], 75.4, 14),
    gate_status: 'failing',
    gate_failures: ['training average 41.8% below 45.0% minimum', 'Trace 3fa85f64 analytics 55.0% below 60.0% minimum']
  }
  batch.minimums.analytics = { average: 70, individual: 60, traces_below: 1 }
  report.outcome = 'blocked'
  report.exit_code = 3
  report.error = {
    code: 'QUALITY_GATE',
    message: 'the quality gate fails on the staged traces',
    hint: 'Nothing was published. See the fixes, or set "quality-gate: report".',
    retryable: false
  }
  return report
}

/** A push that has published. */
export function published(): Report {
  const report = pullRequest()
  const before = {
    shards: 31,
    traces: 1639,
    steps: '68838',
    tokens: '41200000',
    total_cost_usd: 812.4,
    success_rate: 71.4,
    date_range: '2026-01-03 to 2026-11-15'
  }
  delete report.baseline!.base
  delete report.skip_reason
  return {
    ...report,
    visibility: 'private',
    command: 'push',
    outcome: 'published',
    counts: { staged: 17, valid: 16, invalid: 1, duplicates: 2, blocked: 0, held: 1, uploaded: 13, migrated: 4 },
    traces: [
      ...report.traces.map((one, i) => ({ ...one, status: i < 12 ? ('uploaded' as const) : one.status })),
      trace(14, { status: 'uploaded', changed_from: 'data/traces_20261101T080000Z_00aa11bb.jsonl' }),
      trace(15, {
        status: 'held',
        findings: [
          {
            gate: 'llm-review',
            detector: 'verdict',
            pointer: '',
            length: 0,
            fingerprint: 'at_0123456789ab',
            message: 'The review is not sure that it may be shared.'
          }
        ],
        drop: 'opentraces reject 4eb79473-0000-4000-8000-000000000015'
      })
    ],
    invalid: [{ file: 'traces/week-2.jsonl', line: 9, message: 'the line is no JSON' }],
    commit: {
      revision: 'e41b9d7c0a1b2c3d4e5f60718293a4b5c6d7e8f9',
      url: 'https://huggingface.co/datasets/acme/agent-traces/commit/e41b9d7c0a1b2c3d4e5f60718293a4b5c6d7e8f9'
    },
    shard: {
      path: 'data/traces_20261122T162011Z_a1b2c3d4.jsonl',
      size: 1_904_112,
      sha256: '4be1'.repeat(16),
      traces: 13
    },
    dataset: {
      before,
      after: {
        ...before,
        shards: 32,
        traces: 1652,
        steps: '69402',
        tokens: '41600000',
        total_cost_usd: 819.9,
        date_range: '2026-01-03 to 2026-11-22'
      }
    },
    quality: {
      ...quality([88.5, 88.9, 73.5, 55.8, 84], 78.2, 1652),
      gate_status: 'failing',
      gate_failures: ['analytics average 55.8% below 70.0% minimum']
    },
    quality_checks: [
      {
        id: 'T6',
        persona: 'training',
        name: 'T6: Reasoning coverage',
        weight: 1,
        passed: 5,
        partial: 6,
        failed: 3,
        skipped: 0,
        fix: 'Capture with thinking visible.'
      },
      {
        id: 'C1',
        persona: 'conformance',
        name: 'C1: Schema version',
        weight: 1,
        passed: 14,
        partial: 0,
        failed: 0,
        skipped: 0,
        fix: 'Stage with a current CLI.'
      }
    ],
    run: {
      repository: 'acme/app',
      event: 'push',
      run_id: '1234',
      run_attempt: '1',
      run_url: 'https://github.com/acme/app/actions/runs/1234/attempts/1',
      head_sha: SHA.head
    }
  }
}

/** A run that broke before it knew anything. */
export function failed(): Report {
  return {
    ...emptyReport('push'),
    exit_code: 4,
    repo: 'acme/agent-traces',
    error: {
      code: 'CONFLICT',
      message: 'others kept committing to acme/agent-traces: 9 attempts',
      hint: 'Nothing was published. Run again later, or raise "max-wait".',
      retryable: true
    },
    run: published().run
  }
}

/** A private dataset, a public page. */
export function undisclosed(): Report {
  return { ...published(), disclosed: false }
}
