import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from '@jest/globals'
import { allOf, inspectAll } from '../../src/gates/reading.js'
import { inPlace, readersFor, threadedReaders, type Readers } from '../../src/gates/readers.js'
import { rulesGate } from '../../src/gates/rules/gate.js'
import { rawTrace } from '../support/records.js'
import { batchOf } from './batch.js'
import { randomText } from './trufflehog/real.js'

const project = join(import.meta.dirname, '..', '..')
const hooks = pathToFileURL(join(project, '__tests__', 'support', 'typescript.mjs')).href
const start = (): Worker => new Worker(join(project, 'src', 'reader.ts'), { execArgv: ['--import', hooks] })

const open: Readers[] = []
const threads = (count: number, by = start): Readers => {
  const readers = threadedReaders(by, count)
  open.push(readers)
  return readers
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((readers) => readers.close()))
})

const token = `npm_${randomText(36)}`
const hidden = Buffer.from(`the token is ${token} and no other`).toString('base64')
const long = 'All of this is in several traces. '.repeat(20)
const batch = () =>
  batchOf(
    Array.from({ length: 40 }, (_, i) =>
      rawTrace(`t${String(i)}`, {
        task: { description: i % 3 === 0 ? long : `task ${String(i)}` },
        metadata: {
          note: i % 10 === 4 ? `see ${hidden}` : `%41${String(i)}`,
          again: i % 10 === 4 ? `see ${hidden}` : ''
        }
      })
    )
  )

describe('readings made by threads', () => {
  test.each([1, 3])('are those of one thread, in the same order (%d)', async (count) => {
    const staged = batch()
    const collect = async (readers: Readers) => {
      const all = []
      for await (const { traceId, texts, repeats } of allOf(staged, readers)) {
        all.push([
          traceId,
          texts.map(({ text, disguise, unread, piece }) => [text, disguise, unread, piece.path]),
          repeats
        ])
      }
      return all
    }
    const made = await collect(threads(count))
    expect(made).toHaveLength(40)
    expect(JSON.stringify(made)).toContain(`the token is ${token} and no other`)
    expect(made).toEqual(await collect(inPlace))
  })

  test('a secret in them is found in every trace that holds it', async () => {
    const gate = rulesGate({ mask: () => undefined, randomInt: (n) => Math.floor(Math.random() * n) })
    const [result] = await inspectAll([gate], batch(), threads(2))
    expect(result!.findings.map(({ traceId, pointer }) => `${traceId} ${pointer}`)).toEqual(
      [4, 14, 24, 34].flatMap((i) => Array<string>(2).fill(`t${String(i)} /metadata/*`))
    )
  })

  test.each([
    ['fails', 'throw new Error("secret text")'],
    ['ends', 'process.exit(0)'],
    [
      'ends at its first work',
      'import("node:worker_threads").then((w) => w.parentPort.on("message", () => process.exit(0)))'
    ]
  ])('a thread that %s is an error of the scan, without a word of its own', async (_, code) => {
    const gate = rulesGate({ mask: () => undefined, randomInt: (n) => Math.floor(Math.random() * n) })
    const run = inspectAll(
      [gate],
      batch(),
      threads(1, () => new Worker(code, { eval: true }))
    )
    await expect(run).rejects.toMatchObject({
      code: 'SCAN_FAILED',
      message: expect.not.stringContaining('secret text')
    })
  })
})

test('threads are started where there is enough to read and somebody who starts them', () => {
  let started = 0
  const counted = (): Worker => {
    started++
    return start()
  }
  const small = readersFor(1024, counted)
  const nobody = readersFor(2 ** 30, undefined)
  expect([small, nobody, started]).toEqual([inPlace, inPlace, 0])
})
