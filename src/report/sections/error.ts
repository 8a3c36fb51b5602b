/** Why the run ended as it did. */
import { blocks, code, plain } from '../markdown.js'
import type { Report } from '../model.js'

export function errorSection({ error }: Report): string {
  if (error === undefined) return ''
  const message = plain(error.message)
  const retry = error.retryable && !/\bagain\b/i.test(error.hint) ? ' Running it again later may help.' : ''
  return blocks(
    // Two pairs of stars with nothing between them are a rule.
    message === '' ? undefined : `**${message}**`,
    `${plain(error.hint)}${retry}`,
    `Error code ${code(error.code)}`
  )
}
