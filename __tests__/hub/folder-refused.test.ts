/** Disks that are full and folders that may not be written: the folder is as before, and the error says why. */
import { afterAll, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolder } from '../../src/hub/folder.js'
import {
  bookkeeping,
  contents,
  everything,
  put,
  removeTemporary,
  runWorker,
  temporaryFolder,
  visible
} from '../support/folder.js'

const isRoot = process.getuid?.() === 0
const mounted: string[] = []

/** A small disk in memory; undefined where this user may not mount one. */
function smallDisk(options: string): string | undefined {
  if (!isRoot || process.platform !== 'linux') return undefined
  const folder = temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  mounted.push(folder)
  return folder
}

afterAll(() => {
  for (const folder of mounted) execFileSync('umount', [folder])
  removeTemporary()
})

const OLD = { 'README.md': 'old card', 'data/a.jsonl': 'a'.repeat(9000), 'data/b.jsonl': 'b' }
const WRITES = { 'data/new/c.jsonl': 'c'.repeat(9000), 'data/a.jsonl': 'a'.repeat(20_000), 'README.md': 'new card' }

const bytes = smallDisk('size=256k')
const inodes = smallDisk('size=4m,nr_inodes=60')
const fullDisk = bytes === undefined || inodes === undefined ? describe.skip : describe

fullDisk(`a full disk${bytes === undefined ? ' (skipped: this user may not mount one)' : ''}`, () => {
  test.each([
    // tmpfs counts in pages of 4 KiB.
    ['bytes', bytes, (disk: string, n: number) => writeFileSync(join(disk, `filler-${String(n)}`), Buffer.alloc(4096))],
    ['inodes', inodes, (disk: string, n: number) => writeFileSync(join(disk, `filler-${String(n)}`), '')]
  ] as const)(
    'of %s: wherever it becomes full, nothing changes',
    async (_, disk, fill) => {
      const folder = join(disk!, 'dataset')
      await put(openFolder(folder), OLD)
      let fillers = 0
      try {
        for (;;) fill(disk!, ++fillers)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' })
      }
      const before = await visible(folder)
      let failures = 0
      for (let free = 0; free < 40; free++) {
        const error: unknown = await put(openFolder(folder), WRITES, ['data/b.jsonl']).catch(
          (reason: unknown) => reason
        )
        if (typeof error === 'string') break
        expect(error).toMatchObject({
          code: 'UPLOAD_FAILED',
          exitCode: 4,
          message: `No space is left for file:${folder} (ENOSPC)`
        })
        expect(await visible(folder)).toEqual(before)
        expect(await bookkeeping(folder)).toEqual(['head', 'objects.json'])
        failures++

        const fresh = join(disk!, 'fresh', 'dataset')
        const first: unknown = await put(openFolder(fresh), WRITES).catch((reason: unknown) => reason)
        if (typeof first === 'string') await rm(join(disk!, 'fresh'), { recursive: true })
        else {
          expect(first).toMatchObject({ code: 'UPLOAD_FAILED' })
          expect(await everything(join(disk!, 'fresh'))).toBeUndefined()
        }
        await rm(join(disk!, `filler-${String(fillers--)}`), { force: true })
      }
      expect(failures).toBeGreaterThan(5)
      expect(await contents(openFolder(folder))).toEqual(WRITES)
      expect(await bookkeeping(folder)).toEqual(['head', 'objects.json'])
    },
    60_000
  )
})

const otherUser = isRoot ? describe : describe.skip
const NOBODY = 65_534

otherUser(`rights${isRoot ? '' : ' (skipped: only root can become another user)'}`, () => {
  /** A folder that every user can reach. */
  function reachable(): string {
    const folder = temporaryFolder()
    chmodSync(folder, 0o755)
    return folder
  }

  test('a folder that may not be written', async () => {
    const folder = join(reachable(), 'dataset')
    await put(openFolder(folder), OLD)
    const before = await everything(folder)
    const { answer } = await runWorker({ folder, writes: WRITES, uid: NOBODY })
    expect(answer?.error).toBe('UPLOAD_FAILED')
    expect(await everything(folder)).toEqual(before)
  })

  test('a folder that may not be created', async () => {
    const above = reachable()
    const { answer } = await runWorker({ folder: join(above, 'new', 'dataset'), writes: WRITES, uid: NOBODY })
    expect(answer?.error).toBe('UPLOAD_FAILED')
    expect(await everything(above)).toEqual({})
  })

  test('a folder inside that may not be written: what was replaced before is put back', async () => {
    const folder = join(reachable(), 'dataset')
    await put(openFolder(folder), OLD)
    for (const path of ['', '.opentraces-store', 'README.md', 'data/a.jsonl']) {
      chownSync(join(folder, path), NOBODY, NOBODY)
    }
    const before = await visible(folder)
    const { answer } = await runWorker({
      folder,
      writes: { 'README.md': 'new card', 'index/s': 's', 'data/a.jsonl': 'a2' },
      uid: NOBODY
    })
    expect(answer?.error).toBe('UPLOAD_FAILED')
    expect(answer?.steps).toContain('undo write 0')
    expect(await visible(folder)).toEqual(before)
    expect((await bookkeeping(folder)).filter((name) => name !== 'objects.json')).toEqual(['head'])
    expect(await contents(openFolder(folder))).toEqual(OLD)
  })

  test("another user's files can be replaced without the right to link to them", async () => {
    const folder = join(reachable(), 'dataset')
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    await writeFile(join(folder, 'README.md'), 'theirs')
    const { answer } = await runWorker({ folder, writes: { 'README.md': 'ours' }, uid: NOBODY })
    expect(answer?.error).toBeUndefined()
    expect(await contents(openFolder(folder))).toEqual({ 'README.md': 'ours' })
  })

  test('a file that may not be read', async () => {
    const folder = join(reachable(), 'dataset')
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    await writeFile(join(folder, 'data.jsonl'), 'x', { mode: 0o600 })
    const before = await visible(folder)
    const { answer } = await runWorker({ folder, writes: { 'README.md': 'ours' }, uid: NOBODY })
    expect(answer?.error).toBe('DATASET_UNREADABLE')
    expect(await visible(folder)).toEqual(before)
  })
})
