/** The entry: connects the run to the process. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { readContext } from './action/context.js'
import { connect } from './action/runtime.js'
import { abort, run, type Machine } from './commands/run.js'
import { boundYoungGeneration } from './heap.js'

boundYoungGeneration()
const runtime = connect(process)
const context = readContext(runtime.env, (path) => readFileSync(path, 'utf8'))

const machine: Machine = {
  cwd: process.cwd(),
  home: homedir(),
  temp: tmpdir(),
  platform: process.platform,
  arch: process.arch,
  now: () => new Date(),
  randomHex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
  sleep: (milliseconds) => setTimeout(milliseconds)
}

process.once('uncaughtException', (thrown) => {
  void abort(runtime, context, machine, thrown).then((code) => process.exit(code))
})
process.exitCode = await run(runtime, context, machine)
