/**
 * `npm run bench:secrets`: how many planted secrets a push holds back, and how many clean traces, with the committed
 * bundle; tables by kind, context and place.
 *
 *     npm run bench:secrets -- [--script plant|disguises] [--seeds 1-10] [--trufflehog PATH]
 *
 * Needs python3, openssl and ssh-keygen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { plant, pushPlanted } from '../__tests__/support/planted.ts'

const { values } = parseArgs({
  options: {
    script: { type: 'string', default: 'plant' },
    seeds: { type: 'string', default: '1-10' },
    trufflehog: { type: 'string', default: '' }
  }
})
const [first, last = first] = values.seeds.split('-').map(Number)
const planted = Array.from({ length: last - first + 1 }, (_, i) => plant(values.script, first + i)).flat()
const inputs = values.trufflehog === '' ? {} : { trufflehog: 'true', 'trufflehog-path': values.trufflehog }

const folder = mkdtempSync(join(tmpdir(), 'opentraces-bench-'))
try {
  const { missed, falseAlarms, secrets, clean, run } = await pushPlanted(folder, planted, inputs)
  console.log(
    `${values.script}.py, seeds ${values.seeds}, ${values.trufflehog === '' ? 'bundled rules alone' : 'with TruffleHog'}: ` +
      `${secrets - missed.length} of ${secrets} held, ${falseAlarms.length} of ${clean} clean ones too (${run.report.outcome})`
  )
  for (const column of ['kind', 'context', 'place']) {
    console.log(`\n| ${column} | held | of |\n|---|--:|--:|`)
    for (const name of [...new Set(planted.map((one) => one[column]))].sort()) {
      const all = planted.filter((one) => one.secret !== null && one[column] === name).length
      if (all > 0) console.log(`| ${name} | ${all - missed.filter((one) => one[column] === name).length} | ${all} |`)
    }
  }
  for (const { context, place } of falseAlarms) console.log(`false alarm: ${context} in ${place}`)
  for (const { kind, context, place } of missed) console.log(`missed: ${kind}, ${context}, ${place}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
