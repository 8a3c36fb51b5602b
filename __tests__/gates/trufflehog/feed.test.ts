import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ScanBatch } from '../../../src/gates/gate.js'
import { allOf } from '../../../src/gates/reading.js'
import { blocksOf, documentNames, documentsOf, type Block } from '../../../src/gates/trufflehog/feed.js'
import { rawTrace } from '../../support/records.js'
import { batchOf } from '../batch.js'

const PLANTED = 'hf_planted'

interface Written {
  /** With the texts of a trace. */
  files: Buffer[]
  /** With the published line. */
  lines: Buffer[]
  /** Those of the texts. */
  blocks: Block[][]
}

async function written(batch: ScanBatch): Promise<Written> {
  const documents = new Map<string, Buffer>()
  const blocks: Block[][] = []
  for await (const trace of allOf(batch)) {
    for (const { name, portions } of documentsOf(trace, PLANTED)) documents.set(name, Buffer.concat([...portions]))
    blocks.push(blocksOf(trace).slice(0, -1))
  }
  expect([...documents.keys()]).toEqual(documentNames(batch.lines.length))
  const all = [...documents.values()]
  return { files: all.filter((_, i) => i % 2 === 0), lines: all.filter((_, i) => i % 2 === 1), blocks }
}

test('whatever a trace holds, the document of its texts is ASCII, and every block is on its line', async () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\n', '\r\n', '→', '😀', '\0', '\u2028', 'é', ' '),
    maxLength: 30
  })
  await fc.assert(
    fc.asyncProperty(text, text, async (content, key) => {
      const batch = batchOf([rawTrace('a', { task: { description: content }, metadata: { [key]: content } })])
      const {
        files,
        lines: [line],
        blocks
      } = await written(batch)
      const file = files[0]!
      expect(line!.toString()).toContain(readFileSync(batch.shardFile, 'utf8'))
      expect(file.every((byte) => byte < 0x80)).toBe(true)
      const lines = file.toString('latin1').split('\n')
      for (const { firstLine, text: fed, source } of blocks[0]!) {
        const count = fed.split('\n').length
        expect(lines.slice(firstLine - 1, firstLine - 1 + count).join('\n')).toBe(fed)
        expect(fed).toHaveLength(source.text.length)
        // Equal but for what is not ASCII.
        expect(fed).toBe(Array.from({ length: source.text.length }, (_, i) => ascii(source.text[i]!)).join(''))
      }
    }),
    { numRuns: 50 }
  )
})

function ascii(unit: string): string {
  return unit.charCodeAt(0) < 0x80 ? unit : '!'
}

test('a document begins with plain text of our own and ends with the planted secret', async () => {
  const { files, lines } = await written(batchOf([rawTrace('a'), rawTrace('b')], ['a.jsonl', 'b.jsonl']))
  for (const file of [...files, ...lines]) {
    // Detectors of file types look at the first 3072 bytes.
    expect(file.subarray(0, 3072).toString()).toMatch(/^(This is a scratch copy [\w ,]+\.\n)+[\w ,]*$/)
    expect(file.toString().endsWith(` ${PLANTED}\n`)).toBe(true)
  }
  expect(files[0]!.includes('b.jsonl')).toBe(false)
})

test('the published line is fed byte for byte, whatever its characters and markers', async () => {
  const batch = batchOf([rawTrace('a', { task: { description: 'Größe → 😀 trufflehog:ignore \u2028' } })])
  const { lines } = await written(batch)
  expect(lines[0]!.includes(Buffer.concat([Buffer.from('\n'), readFileSync(batch.shardFile)]))).toBe(true)
})

test('a long text of an earlier line is left out of a later one, and nothing else', async () => {
  const long = 'Wörter "in" beiden\n'.repeat(30)
  const batch = batchOf([
    rawTrace('a', { task: { description: long } }),
    rawTrace('b', { task: { description: long }, metadata: { note: `${long}!` } })
  ])
  const { lines } = await written(batch)
  const asWritten = JSON.stringify(long).slice(1, -1)
  const [, second] = readFileSync(batch.shardFile, 'utf8').split('\n')
  expect(second!.split(asWritten)).toHaveLength(3)
  const expected = second!.replace(asWritten, '')
  expect(lines[1]!.toString().split('\n').at(-3)).toBe(expected)
})

test('a long text that stands twice in a trace is fed once, in both documents', async () => {
  const long = 'Wörter "an" zwei Stellen\n'.repeat(30)
  const batch = batchOf([rawTrace('a', { task: { description: long }, metadata: { one: `${long}!`, two: long } })])
  const { files, lines, blocks } = await written(batch)
  const asFed = long.replaceAll('ö', '!')
  expect(files[0]!.toString().split(`\n${asFed}\n`)).toHaveLength(2)
  expect(blocks[0]!.filter(({ text }) => text === asFed).map(({ firstLine }) => firstLine === Infinity)).toEqual([
    false,
    true
  ])
  const asWritten = JSON.stringify(long).slice(1, -1)
  const [whole] = readFileSync(batch.shardFile, 'utf8').split('\n')
  const parts = whole!.split(asWritten)
  expect(parts).toHaveLength(4)
  expect(lines[0]!.toString().split('\n').at(-3)).toBe(`${parts.slice(0, 3).join(asWritten)}${parts[3]!}`)
})

test('a trace larger than a portion is there whole', async () => {
  const contents = Array.from({ length: 5 }, (_, i) => `${String(i)} `.repeat(700_000))
  const steps = contents.map((content, step_index) => ({ step_index, role: 'user', content }))
  const { files } = await written(batchOf([rawTrace('a', { steps })]))
  const text = files[0]!.toString()
  for (const content of contents) expect(text.split(`\n${content}\n`)).toHaveLength(2)
})
