import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { buildFile, Spool, type SpooledLine } from '../../src/traces/spool.js'

let folder: string
let count = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spool-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const fresh = (): string => join(folder, String(count++))

async function spooled(lines: readonly string[]): Promise<{ file: string; places: SpooledLine[] }> {
  const file = fresh()
  const spool = await Spool.create(file)
  const places: SpooledLine[] = []
  for (const line of lines) places.push(await spool.append(line))
  await spool.close()
  return { file, places }
}

test('any choice of lines, in any order, becomes a file with its size and digests', async () => {
  const lines = fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(7), { maxLength: 10 }), async (texts, picks) => {
      const { file, places } = await spooled(texts)
      const chosen = picks.filter((pick) => pick < texts.length)
      const target = fresh()
      const built = await buildFile(
        file,
        chosen.map((pick) => places[pick]!),
        target
      )
      const content = Buffer.from(chosen.map((pick) => `${texts[pick]!}\n`).join(''))
      expect(readFileSync(target).equals(content)).toBe(true)
      expect(Buffer.from(built.sample).equals(content.subarray(0, 512))).toBe(true)
      expect(built).toMatchObject({
        file: target,
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        gitOid: createHash('sha1')
          .update(`blob ${String(content.length)}\0`)
          .update(content)
          .digest('hex')
      })
    }),
    { seed: 4, numRuns: 60 }
  )
})

test('lines larger than the buffers', async () => {
  const texts = ['a'.repeat(700_000), 'é'.repeat(1_500_000), '', '😀'.repeat(300_000)]
  const { file, places } = await spooled(texts)
  const target = fresh()
  const built = await buildFile(file, [places[3]!, places[1]!, places[2]!], target)
  expect(readFileSync(target, 'utf8')).toBe(`${texts[3]!}\n${texts[1]!}\n\n`)
  expect(built.gitOid).toBe(execFileSync('git', ['hash-object', '--no-filters', target]).toString().trim())
})

test('nobody else may read either file, and none that exists is taken over', async () => {
  const { file, places } = await spooled(['secret'])
  const target = fresh()
  await buildFile(file, places, target)
  expect([statSync(file).mode & 0o777, statSync(target).mode & 0o777]).toEqual([0o600, 0o600])
  writeFileSync(target, 'x')
  await expect(Spool.create(target)).rejects.toMatchObject({ code: 'EEXIST' })
  expect(readFileSync(target, 'utf8')).toBe('x')
})

test('a spool that lost its end is noticed', async () => {
  const { file, places } = await spooled(['one', 'two'])
  truncateSync(file, 5)
  await expect(buildFile(file, places, fresh())).rejects.toThrow(/shorter than its lines/)
})
