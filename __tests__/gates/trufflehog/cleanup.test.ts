/** Scratch files hold traces in clear: they are gone however the process ends. */
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { undoneAtExit, withPrivateFolder, type Host } from '../../../src/gates/trufflehog/cleanup.js'
import { rawTrace } from '../../support/records.js'
import { batchOf, isEmpty, tempFolder } from '../batch.js'
import { compileGates } from './compiled.js'
import { eventually, fakeScanner, givenBinary, isAlive, pidIn } from './fakes.js'

class FakeHost extends EventEmitter implements Host {
  readonly pid = 42
  readonly killed: [number, string][] = []
  kill(pid: number, signal: NodeJS.Signals): void {
    this.killed.push([pid, signal])
  }
}

describe('withPrivateFolder', () => {
  test('gives a folder for this user only and removes it with its content', async () => {
    const parent = tempFolder()
    const result = await withPrivateFolder(parent, (folder) => {
      expect(statSync(folder).mode & 0o777).toBe(0o700)
      writeFileSync(join(folder, 'secret'), 'x')
      return Promise.resolve('done')
    })
    expect(result).toBe('done')
    expect(isEmpty(parent)).toBe(true)
  })

  test('removes it where the work fails', async () => {
    const parent = tempFolder()
    const work = withPrivateFolder(parent, () => Promise.reject(new Error('failed')))
    await expect(work).rejects.toThrow('failed')
    expect(isEmpty(parent)).toBe(true)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'removes it at %s, which then takes its course',
    async (signal) => {
      const host = new FakeHost()
      const parent = tempFolder()
      await withPrivateFolder(
        parent,
        () => {
          expect(isEmpty(parent)).toBe(false)
          host.emit(signal)
          expect(isEmpty(parent)).toBe(true)
          return Promise.resolve()
        },
        host
      )
      expect(host.killed).toEqual([[42, signal]])
    }
  )

  test('leaves the end of the process to others who listen', async () => {
    const host = new FakeHost()
    host.on('SIGTERM', () => undefined)
    await withPrivateFolder(tempFolder(), () => Promise.resolve(host.emit('SIGTERM')), host)
    expect(host.killed).toEqual([])
  })
})

test('what began last is undone first, once each, and nobody listens afterwards', async () => {
  const host = new FakeHost()
  const order: string[] = []
  const inner = () =>
    undoneAtExit(
      () => order.push('inner'),
      () => Promise.resolve(host.emit('SIGTERM')),
      host
    )
  await undoneAtExit(() => order.push('outer'), inner, host)
  expect(order).toEqual(['inner', 'outer'])
  expect(host.killed).toEqual([[42, 'SIGTERM']])
  expect(host.eventNames()).toEqual([])
})

describe('a process that is ended during a scan leaves neither files nor a scanner', () => {
  test.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP'],
    ['process.exit', 'SIGUSR2'],
    ['an error that nobody caught', 'SIGUSR1']
  ] as const)(
    '%s',
    async (way, signal) => {
      const [parent, pids] = [tempFolder(), tempFolder()]
      const program = fakeScanner({
        begin: `trap '' TERM INT HUP; sleep 600 & echo $! > ${pids}/child; echo $$ > ${pids}/own; sleep 600`
      })
      const driver = join(compileGates(), 'driver.mjs')
      const options = { binary: { ...givenBinary(program), fetch: undefined }, verify: false, tempRoot: parent }
      writeFileSync(
        driver,
        `import { inspectAll } from './gates/reading.js'
       import { trufflehogGate } from './gates/trufflehog/gate.js'
       process.on('SIGUSR2', () => process.exit(5))
       process.on('SIGUSR1', () => { throw new Error('nobody caught it') })
       const gate = trufflehogGate({ ...${JSON.stringify(options)}, mask: () => undefined })
       await inspectAll([gate], ${JSON.stringify(batchOf([rawTrace('a')]))})`
      )
      const child = spawn(process.execPath, [driver], { stdio: 'ignore' })
      const ended = once(child, 'exit')
      expect(await eventually(() => existsSync(`${pids}/own`) && pidIn(`${pids}/own`) > 0, 25_000)).toBe(true)
      expect(readdirSync(parent)).toHaveLength(1)
      child.kill(signal)
      const [code, endedBy] = (await ended) as [number | null, string | null]
      if (way.startsWith('SIG')) expect(endedBy).toBe(signal)
      else expect(code).not.toBe(0)
      expect(isEmpty(parent)).toBe(true)
      expect(await eventually(() => !isAlive(pidIn(`${pids}/own`)) && !isAlive(pidIn(`${pids}/child`)))).toBe(true)
    },
    60_000
  )
})
