/** The gate as plain JavaScript, for tests that need a process of their own to end. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { transformFileSync } from '@swc/core'
import { tempFolder } from '../batch.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** Compiles what the gates need into a new folder and returns it; `gates/trufflehog/gate.js` is in there. */
export function compileGates(): string {
  const out = tempFolder()
  for (const file of ['errors.ts', ...sources('traces'), ...sources('gates')]) {
    const target = join(out, file.replace(/ts$/, 'js'))
    mkdirSync(dirname(target), { recursive: true })
    const { code } = transformFileSync(join(ROOT, 'src', file), {
      swcrc: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' }
    })
    writeFileSync(target, code)
  }
  writeFileSync(join(out, 'package.json'), '{"type":"module"}')
  symlinkSync(join(ROOT, 'node_modules'), join(out, 'node_modules'))
  return out
}

function sources(room: string): string[] {
  return readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name))
}
