/** Recall on planted secrets, and no alarm on real traces. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { findSecrets } from '../../../src/gates/rules/find.js'
import { corpusFiles, goldenSets, goldenText, jsonLines } from '../../support/golden.js'
import { tempFolder } from '../batch.js'
import { programInPath } from '../trufflehog/real.js'

const lacking = ['python3', 'openssl', 'ssh-keygen'].filter((name) => programInPath(name) === '')
const planted = lacking.length === 0 ? describe : describe.skip
const lack = lacking.length === 0 ? '' : ` (skipped: no ${lacking.join(', ')} in PATH)`

/** Every string of a record and the line itself: what was found, as rule and field. */
function alarms(line: string): string[] {
  const found = findSecrets(line, '').map(({ rule }) => `${rule} in the line`)
  const visit = (value: unknown, field: string): void => {
    if (typeof value === 'string') found.push(...findSecrets(value, field).map(({ rule }) => `${rule} in ${field}`))
    else if (Array.isArray(value)) value.forEach((item) => visit(item, field))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        found.push(...findSecrets(key, '').map(({ rule }) => `${rule} in a key`))
        visit(item, key)
      }
    }
  }
  visit(JSON.parse(line), '')
  return found
}

describe('false alarms', () => {
  test('real traces have none', () => {
    const lines = corpusFiles().flatMap((name) => jsonLines(goldenText('corpus', name)))
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.flatMap(alarms)).toEqual([])
  })

  test('the golden sets have none, but for those with secrets', () => {
    const sets = goldenSets().filter(({ name }) => !/^2[34]/.test(name))
    expect(sets.length).toBeGreaterThan(30)
    expect(
      sets.flatMap(({ name, lines }) => lines.flatMap((line) => alarms(line).map((alarm) => `${name} ${alarm}`)))
    ).toEqual([])
  })
})

planted(`planted secrets${lack}`, () => {
  const CONTEXTS = new Set(['inline', 'after-newline', 'after-tab', 'crlf', 'dotenv', 'ignore-marker'])
  const PEM = new Set(['pem_rsa', 'pem_pkcs8', 'ssh_ed25519'])
  type Truth = Record<string, { kind: string; context: string; secret: string | null }>

  // The system tests push ten seeds through the whole action.
  test.each([1, 2])(
    'all are found, look-alikes never: seed %i',
    (seed) => {
      const folder = tempFolder()
      execFileSync('python3', [join(import.meta.dirname, '../../support/plant.py'), folder, '--seed', String(seed)])
      const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth
      const lines = jsonLines(readFileSync(join(folder, 'traces.jsonl'), 'utf8'))
      let looked = 0
      for (const line of lines) {
        const { kind, context, secret } = truth[(JSON.parse(line) as { trace_id: string }).trace_id]!
        if (secret === null) expect([context, alarms(line)]).toEqual([context, []])
        else if (CONTEXTS.has(context) || (PEM.has(kind) && context === 'line-numbers')) {
          expect([kind, context, alarms(line).length > 0]).toEqual([kind, context, true])
          looked++
        }
      }
      expect(looked).toBe(22 * 6 + 3)
    },
    120_000
  )
})
