/** Writers that are killed, suspended or fail at any step: what is there afterwards is the old state or the new one. */
import { afterAll, describe, expect, test } from '@jest/globals'
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolder } from '../../src/hub/folder.js'
import {
  bookkeeping,
  contents,
  everything,
  planOf,
  put,
  removeTemporary,
  runWorker,
  startWorker,
  temporaryFolder,
  visible,
  type WorkerJob
} from '../support/folder.js'

afterAll(removeTemporary)

const OLD = { 'README.md': 'old card', 'data/a.jsonl': 'a', 'data/b.jsonl': 'b', 'index/old/s': 's' }
const CHANGE = {
  writes: { 'data/c.jsonl': 'c', 'index/new/deep/s': 't', 'README.md': 'new card', 'data/a.jsonl': 'a2' },
  deletes: ['data/b.jsonl', 'index/old/s']
}
const NEW = { 'README.md': 'new card', 'data/a.jsonl': 'a2', 'data/c.jsonl': 'c', 'index/new/deep/s': 't' }
/** The steps of that commit as they are known to the store; whatever comes after "publish" belongs to a decided commit. */
const STEPS = [
  ...['begin', 'recover', 'store 0', 'store 1', 'store 2', 'store 3', 'draft', 'publish'],
  ...['write 0', 'write 1', 'write 2', 'write 3', 'delete 0', 'delete 1', 'table', 'head', 'retire']
]
const DECIDED = STEPS.indexOf('publish') + 1

async function oldDataset(): Promise<string> {
  const folder = join(temporaryFolder(), 'dataset')
  await put(openFolder(folder), OLD)
  return folder
}

/** Runs the cases a few at a time: each waits for the lock of a dead writer. */
async function each<T>(cases: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...cases]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next)
  }
  await Promise.all(Array.from({ length: 10 }, work))
}

/** The dataset works on: what it shows stays, a commit adds to it, and nothing is left of whoever died. */
async function expectToWork(folder: string, shown: Record<string, string>): Promise<void> {
  const store = openFolder(folder, { staleMs: 2000 })
  expect(await contents(store)).toEqual(shown)
  await put(store, { 'data/next.jsonl': 'next' })
  expect(await contents(openFolder(folder))).toEqual({ ...shown, 'data/next.jsonl': 'next' })
  expect(await bookkeeping(folder)).toEqual(['head', 'objects.json'])
}

describe('killed before a step', () => {
  test('the steps are these', async () => {
    const steps: string[] = []
    await put(openFolder(await oldDataset(), { onStep: (step) => steps.push(step) }), CHANGE.writes, CHANGE.deletes)
    expect(steps).toEqual(STEPS)
  })

  test('of a commit: all of it or nothing of it', async () => {
    await each([...STEPS.keys()], async (killAt) => {
      const folder = await oldDataset()
      const { signal } = await runWorker({ folder, ...CHANGE, killAt })
      expect(signal).toBe('SIGKILL')
      await expectToWork(folder, killAt < DECIDED ? OLD : NEW)
    })
  }, 120_000)

  test('of the first commit: all of it or no dataset', async () => {
    const first = { writes: { 'README.md': 'card', 'data/a.jsonl': 'a' } }
    await each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], async (killAt) => {
      const folder = join(temporaryFolder(), 'new', 'dataset')
      const { signal } = await runWorker({ folder, ...first, killAt })
      expect(signal).toBe('SIGKILL')
      const decided = killAt > 5
      expect((await openFolder(folder, { staleMs: 2000 }).state()).revision === undefined).toBe(!decided)
      await expectToWork(folder, decided ? first.writes : {})
    })
  }, 120_000)

  test('of completing what another left', async () => {
    await each([1, 2, 4, 6, 8, 9, 10], async (killAt) => {
      const folder = await oldDataset()
      await runWorker({ folder, ...CHANGE, killAt: STEPS.indexOf('write 1') })
      // The second begins by reading, which completes the commit of the first, and dies of it.
      expect((await runWorker({ folder, writes: { x: 'x' }, killAt })).signal).toBe('SIGKILL')
      const store = openFolder(folder, { staleMs: 2000 })
      expect(await contents(store)).toEqual(NEW)
      await expectToWork(folder, NEW)
    })
  }, 120_000)

  test('and a file that another program made since is not deleted with the one before it', async () => {
    const folder = await oldDataset()
    await runWorker({ folder, ...CHANGE, killAt: STEPS.indexOf('delete 1') })
    await writeFile(join(folder, 'data', 'b.jsonl'), 'foreign')
    await expectToWork(folder, { ...NEW, 'data/b.jsonl': 'foreign' })
  })

  test('of taking a commit back', async () => {
    const failing: WorkerJob = { folder: '', ...CHANGE, failAt: 'retire' }
    const { answer } = await runWorker({ ...failing, folder: await oldDataset() })
    expect(answer?.error).toBe('UPLOAD_FAILED')
    const undo = answer!.steps.indexOf('undo delete 0')
    expect(answer!.steps.slice(undo)).toEqual([
      ...['undo delete 0', 'undo delete 1', 'undo write 0', 'undo write 1', 'undo write 2', 'undo write 3', 'undo rest']
    ])
    await each([0, 1, 2, 3, 4, 5, 6], async (n) => {
      const folder = await oldDataset()
      expect((await runWorker({ ...failing, folder, killAt: undo + n })).signal).toBe('SIGKILL')
      await expectToWork(folder, OLD)
    })
  }, 120_000)

  test('at any moment: files of one commit belong together', async () => {
    const paths = ['README.md', 'data/a.jsonl', 'data/b.jsonl', 'opentraces-index.json']
    await each([40, 90, 170, 230, 310, 370, 440, 520], async (milliseconds) => {
      const folder = join(temporaryFolder(), 'dataset')
      const worker = startWorker({ folder, forever: paths })
      await worker.said('ready')
      setTimeout(() => worker.kill('SIGKILL'), milliseconds)
      expect((await worker.result).signal).toBe('SIGKILL')
      const shown = await contents(openFolder(folder, { staleMs: 2000 }))
      expect(new Set(Object.values(shown)).size).toBeLessThanOrEqual(1)
      expect([0, paths.length]).toContain(Object.keys(shown).length)
      await expectToWork(folder, shown)
    })
  }, 120_000)
})

test('a writer that was suspended, taken for dead, and wakes up changes nothing', async () => {
  await each(STEPS.slice(1), async (stopAt) => {
    const folder = await oldDataset()
    const worker = startWorker({ folder, ...CHANGE, stopAt })
    await worker.said('stopped')
    const store = openFolder(folder, { staleMs: 2000 })
    const decided = STEPS.indexOf(stopAt) >= DECIDED
    await put(store, { 'README.md': 'third', 'data/b.jsonl': 'b2' })
    const shown = { ...(decided ? NEW : OLD), 'README.md': 'third', 'data/b.jsonl': 'b2' }
    expect(await contents(store)).toEqual(shown)
    const files = await visible(folder)

    worker.kill('SIGCONT')
    const { answer } = await worker.result
    expect({ stopAt, error: answer?.error }).toEqual({ stopAt, error: decided ? undefined : 'StaleRevisionError' })
    expect(await contents(openFolder(folder))).toEqual(shown)
    expect(await visible(folder)).toEqual(files)
    await expectToWork(folder, shown)
  })
}, 120_000)

describe('a step that fails', () => {
  const failWith = (code: string, at: string) => (step: string) => {
    if (step === at) throw Object.assign(new Error('a message that quotes hf_secret'), { code })
  }

  test.each(STEPS)('leaves the folder as it was: %s', async (at) => {
    const folder = await oldDataset()
    const before = await visible(folder)
    const failing = put(openFolder(folder, { onStep: failWith('EDQUOT', at) }), CHANGE.writes, CHANGE.deletes)
    await expect(failing).rejects.toMatchObject({
      code: 'UPLOAD_FAILED',
      exitCode: 4,
      message: expect.stringMatching(/^No space is left/),
      hint: expect.stringContaining('unchanged')
    })
    expect(await visible(folder)).toEqual(before)
    expect((await bookkeeping(folder)).filter((name) => name !== 'objects.json')).toEqual(['head'])
    await expectToWork(folder, OLD)
  })

  test.each(STEPS.filter((step) => !/[13]$|delete/.test(step)))('leaves nothing of a first commit: %s', async (at) => {
    const above = temporaryFolder()
    const store = openFolder(join(above, 'new', 'dataset'), { onStep: failWith('EIO', at.replace('2', '1')) })
    await expect(put(store, { 'README.md': 'card', 'data/a.jsonl': 'a' })).rejects.toMatchObject({
      code: 'UPLOAD_FAILED'
    })
    expect(await everything(above)).toEqual({})
  })

  test('says what to do, and never what the system said', async () => {
    const folder = await oldDataset()
    for (const [code, hint] of [
      ['EACCES', /right to write/],
      ['EROFS', /right to write/],
      ['ENOSPC', /Free space/],
      ['ENOTDIR', /Name a folder/],
      ['EIO', /Check the disk/]
    ] as const) {
      const failing = put(openFolder(folder, { onStep: failWith(code, 'store 0') }), CHANGE.writes)
      await expect(failing).rejects.toMatchObject({
        message: expect.not.stringContaining('hf_secret'),
        hint: expect.stringMatching(hint)
      })
    }
  })

  test('a defect is not dressed up as a fault of the disk', async () => {
    const store = openFolder(await oldDataset(), {
      onStep: () => {
        throw new TypeError('a defect')
      }
    })
    await expect(put(store, { a: 'b' })).rejects.toThrow(TypeError)
  })
})

describe('bookkeeping that came with a download', () => {
  /** A dataset with a commit that was decided and not carried out, whose journal is then changed. */
  async function withJournal(change: (tx: string, journal: { writes: { path: string }[] }) => Promise<void>) {
    const folder = await oldDataset()
    await runWorker({ folder, ...CHANGE, killAt: DECIDED })
    const store = join(folder, '.opentraces-store')
    await rm(join(store, 'lock'), { recursive: true })
    const tx = join(
      store,
      (await bookkeeping(folder)).find((name) => name.startsWith('tx-'))!
    )
    const journal = JSON.parse(await readFile(join(tx, 'commit.json'), 'utf8')) as { writes: { path: string }[] }
    await change(tx, journal)
    return folder
  }

  test.each(['../../escaped', '/escaped', '.git/hooks/pre-commit', '.opentraces-store/x'])(
    'cannot write to %s',
    async (path) => {
      const folder = await withJournal(async (tx, journal) => {
        journal.writes[0]!.path = path
        await writeFile(join(tx, 'commit.json'), JSON.stringify(journal))
      })
      const before = await visible(folder)
      await expect(openFolder(folder).state()).rejects.toMatchObject({ code: 'DATASET_UNREADABLE', exitCode: 4 })
      await expect(openFolder(folder).commit(planOf('x', {}))).rejects.toMatchObject({ code: 'DATASET_UNREADABLE' })
      expect(await visible(folder)).toEqual(before)
    }
  )

  test.each(['', '{', '[]', '{"version":2}'])('cannot confuse with the journal %j', async (text) => {
    const folder = await withJournal((tx) => writeFile(join(tx, 'commit.json'), text))
    await expect(openFolder(folder).state()).rejects.toMatchObject({ code: 'DATASET_UNREADABLE' })
  })

  test('cannot lead outside through links', async () => {
    const elsewhere = temporaryFolder()
    await writeFile(join(elsewhere, '0'), 'a secret of this machine')
    for (const part of ['new', 'old', 'gone', '']) {
      const folder = await withJournal(async (tx) => {
        if (part === '') {
          await rename(tx, join(elsewhere, 'tx'))
          await symlink(join(elsewhere, 'tx'), tx)
        } else {
          await rm(join(tx, part), { recursive: true })
          await symlink(elsewhere, join(tx, part))
        }
      })
      await expect(openFolder(folder).state()).rejects.toMatchObject({ code: 'DATASET_UNREADABLE' })
      expect(await readFile(join(elsewhere, '0'), 'utf8')).toBe('a secret of this machine')
    }
  })

  test('cannot itself be elsewhere', async () => {
    const folder = temporaryFolder()
    const elsewhere = temporaryFolder()
    await symlink(elsewhere, join(folder, '.opentraces-store'))
    await expect(put(openFolder(folder), { a: 'b' })).rejects.toMatchObject({ code: 'DATASET_UNREADABLE' })
    expect(await everything(elsewhere)).toEqual({})
    await mkdir(join(folder, 'data'))
    expect(await contents(openFolder(folder))).toEqual({})
  })
})
