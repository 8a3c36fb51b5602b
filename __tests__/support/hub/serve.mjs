/**
 * Starts the local Hub as a process of its own on Node 24, which runs TypeScript whose types can simply be left out. Its
 * imports end in `.js`, as TypeScript wants them; here they are led to the `.ts` files.
 *
 *     node scripts/node24.mjs __tests__/support/hub/serve.mjs [port]
 */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL !== undefined) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL)
      if (existsSync(fileURLToPath(source))) return next(source.href, context)
    }
    return next(specifier, context)
  }
})

await import('./serve.ts')
