import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { tracesOf, type ScanBatch } from '../../../src/gates/gate.js'
import { blocksOf, writeFeed, type Block } from '../../../src/gates/trufflehog/feed.js'
import { rawTrace } from '../../support/records.js'
import { batchOf, tempFolder } from '../batch.js'

const PLANTED = 'hf_planted'

async function written(batch: ScanBatch): Promise<{ files: Buffer[]; blocks: Block[][]; bytes: number }> {
  const folder = tempFolder()
  const bytes = await writeFeed(batch, folder, PLANTED)
  const blocks: Block[][] = []
  for await (const trace of tracesOf(batch)) blocks.push(blocksOf(trace))
  return { files: batch.lines.map((_, i) => readFileSync(join(folder, String(i)))), blocks, bytes }
}

test('whatever a trace holds, its scratch file is ASCII, and every block is on its line', async () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\n', '\r\n', '→', '😀', '\0', '\u2028', 'é', ' '),
    maxLength: 30
  })
  await fc.assert(
    fc.asyncProperty(text, text, async (content, key) => {
      const batch = batchOf([rawTrace('a', { task: { description: content }, metadata: { [key]: content } })])
      const { files, blocks, bytes } = await written(batch)
      const file = files[0]!
      expect(bytes).toBe(file.length)
      expect(file.every((byte) => byte < 0x80)).toBe(true)
      const lines = file.toString('latin1').split('\n')
      for (const { firstLine, text: fed, piece } of blocks[0]!) {
        const count = fed.split('\n').length
        expect(lines.slice(firstLine - 1, firstLine - 1 + count).join('\n')).toBe(fed)
        expect(fed).toHaveLength(piece.text.length)
        // Equal but for what is not ASCII.
        expect(fed).toBe(Array.from({ length: piece.text.length }, (_, i) => ascii(piece.text[i]!)).join(''))
      }
    }),
    { numRuns: 50 }
  )
})

function ascii(unit: string): string {
  return unit.charCodeAt(0) < 0x80 ? unit : '!'
}

test('a scratch file begins with plain text of our own and ends with the planted secret', async () => {
  const { files } = await written(batchOf([rawTrace('a'), rawTrace('b')], ['a.jsonl', 'b.jsonl']))
  for (const file of files) {
    // Detectors of file types look at the first 3072 bytes.
    expect(file.subarray(0, 3072).toString()).toMatch(/^(This is a scratch copy [\w ,]+\.\n)+[\w ,]*$/)
    expect(file.toString().endsWith(` ${PLANTED}\n`)).toBe(true)
  }
  expect(files[0]!.includes('b.jsonl')).toBe(false)
})

test('the published line is fed last, as it is', async () => {
  const batch = batchOf([rawTrace('a')])
  const { files } = await written(batch)
  const line = readFileSync(batch.shardFile, 'utf8').trim()
  expect(files[0]!.toString().split('\n').at(-3)).toBe(line)
})

test('a trace larger than what is written at once is written whole', async () => {
  const contents = Array.from({ length: 5 }, (_, i) => `${String(i)} `.repeat(700_000))
  const steps = contents.map((content, step_index) => ({ step_index, role: 'user', content }))
  const { files, bytes } = await written(batchOf([rawTrace('a', { steps })]))
  const text = files[0]!.toString()
  expect(bytes).toBe(text.length)
  for (const content of contents) expect(text.split(`\n${content}\n`)).toHaveLength(2)
})
