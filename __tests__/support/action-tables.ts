/** The README's tables of inputs and outputs, made from the tables of the code. */
import { COMMANDS, INPUT_LIST, type Command } from '../../src/action/inputs.js'
import { OUTPUTS } from '../../src/action/outputs.js'

export function inputsTable(): string {
  return table(
    ['Input', 'Default', 'Read by', 'Meaning'],
    INPUT_LIST.map(([name, input]) => [
      `\`${name}\``,
      input.default === '' ? '' : `\`${input.default}\``,
      readBy(input.commands),
      input.description
    ])
  )
}

export function outputsTable(): string {
  return table(
    ['Output', 'Meaning'],
    Object.entries(OUTPUTS).map(([name, description]) => [`\`${name}\``, description])
  )
}

function readBy(commands: readonly Command[]): string {
  return commands.length === COMMANDS.length ? 'every command' : commands.map((one) => `\`${one}\``).join(', ')
}

function table(head: string[], rows: string[][]): string {
  const row = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

/** The text between `<!-- NAME-start -->` and `<!-- NAME-end -->`, without the line ends next to the markers. */
export function between(text: string, name: string): string {
  const [, rest, ...more] = text.split(`<!-- ${name}-start -->\n`)
  const [inner, after, ...extra] = rest?.split(`\n<!-- ${name}-end -->`) ?? []
  if (inner === undefined || after === undefined || more.length > 0 || extra.length > 0) {
    throw new Error(`the markers of "${name}" are not there exactly once`)
  }
  return inner
}
