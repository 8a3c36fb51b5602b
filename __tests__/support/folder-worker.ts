/** A process that works on a dataset in a local folder; see `WorkerJob`. Says "ready", then one line of JSON. */
import { writeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { ActionError } from '../../src/errors.js'
import { openFolder } from '../../src/hub/folder.js'
import { readAll, StaleRevisionError, type DatasetStore } from '../../src/hub/store.js'
import { planOf, put, type WorkerJob } from './folder.js'

const job = JSON.parse(await text(process.stdin)) as WorkerJob
const steps: string[] = []
const store = openFolder(job.folder, {
  staleMs: 2000,
  onStep: (step) => {
    if (steps.length === job.killAt) process.kill(process.pid, 'SIGKILL')
    steps.push(step)
    if (step === job.stopAt) {
      writeSync(1, 'stopped\n')
      process.kill(process.pid, 'SIGSTOP')
    }
    if (step === job.failAt) throw Object.assign(new Error('as asked'), { code: 'EIO' })
  }
})
if (job.uid !== undefined) process.setuid?.(job.uid)
writeSync(1, 'ready\n')

try {
  if (job.count !== undefined) await count(store, job.count.name, job.count.rounds)
  if (job.forever !== undefined) await writeForever(store, job.forever)
  const revision = job.writes && (await put(store, job.writes, job.deletes))
  process.stdout.write(JSON.stringify({ steps, revision }))
} catch (error) {
  if (!(error instanceof ActionError || error instanceof StaleRevisionError)) throw error
  process.stdout.write(JSON.stringify({ steps, error: error instanceof ActionError ? error.code : error.name }))
}

/** Read, add one, write; again from the start where somebody was faster. */
async function count(counted: DatasetStore, name: string, rounds: number): Promise<void> {
  for (let round = 0; round < rounds;) {
    try {
      const { revision } = await counted.state()
      const before = revision === undefined ? '0' : (await readAll(counted, revision, 'counter.txt')).toString()
      await counted.commit(
        planOf(revision, {
          'counter.txt': String(Number(before) + 1),
          [`data/${name}-${String(round)}.jsonl`]: `${name} ${String(round)}\n`
        })
      )
      round++
    } catch (error) {
      if (!(error instanceof StaleRevisionError)) throw error
    }
  }
}

async function writeForever(written: DatasetStore, paths: readonly string[]): Promise<never> {
  for (let n = 1; ; n++) {
    const content = `generation ${String(n)} `.repeat(200)
    await put(written, Object.fromEntries(paths.map((path) => [path, content])))
  }
}
