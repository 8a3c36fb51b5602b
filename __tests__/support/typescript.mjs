/**
 * Lets a child process of a test run the TypeScript sources as they are:
 *
 *     node --import ./__tests__/support/typescript.mjs FILE.ts
 *
 * Imports name the `.js` that a compiler would make, so they are looked up as `.ts`. The code is transformed by the
 * compiler that the tests use: Node's own type stripping refuses parameter properties.
 */
import { registerHooks } from 'node:module'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformSync } from '@swc/core'

registerHooks({
  resolve(specifier, context, next) {
    const ours = /^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')
    if (!ours) return next(specifier, context)
    try {
      return next(specifier.replace(/\.js$/, '.ts'), context)
    } catch {
      return next(specifier, context)
    }
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context)
    const filename = fileURLToPath(url)
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
      sourceMaps: 'inline',
      swcrc: false
    })
    return { format: 'module', source: code, shortCircuit: true }
  }
})
