import { afterEach, describe, expect, jest, test } from '@jest/globals'
import * as core from '@actions/core'
import fc from 'fast-check'
import { actionsLog, terminalLog } from '../../src/action/log.js'

const log = actionsLog(core)
let written = ''

function capture(): void {
  written = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written += String(chunk)
    return true
  })
}

afterEach(() => {
  jest.restoreAllMocks()
})

/** What the toolkit printed while `act` ran. */
function printed(act: () => void): string {
  capture()
  act()
  jest.restoreAllMocks()
  return written
}

/** Commands that a runner would find: `::name …::` after white space at the start of a line, `##[name …]` anywhere. */
function commandsIn(output: string): string[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => {
    const [, modern] = /^[\s\u0085]*::(.*?)::/.exec(line) ?? []
    const [, old] = /##\[(.*?)\]/.exec(line) ?? []
    return [modern, old].filter((found) => found !== undefined).map((found) => found.split(' ')[0]!)
  })
}

describe('in Actions', () => {
  test.each([
    '::add-mask::x',
    '  \t::error::x',
    '\u00A0\u2003::warning file=a::x',
    'first\n::stop-commands::x',
    'first\r::set-output name=a::b',
    'first\r\n::group::x',
    'a\u0085::error::x',
    '\u0085::error::x',
    '\v::error::x',
    'text ##[error]x',
    '##[command]x ##[group]y',
    '###[section]x',
    ':::error::x',
    '\u2028::error::x',
    '\n\n\n::error::x'
  ])('info does not start a command: %j', (text) => {
    expect(commandsIn(printed(() => log.info(text)))).toEqual([])
  })

  test('info does not start a command, whatever the text', () => {
    const pieces = fc.constantFrom(':', '::', '##[', '#', '[', ']', ' ', '\t', '\n', '\r', '\u0085', 'error', 'x')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        expect(commandsIn(printed(() => log.info(parts.join(''))))).toEqual([])
      }),
      { numRuns: 500 }
    )
  })

  test('ordinary text is printed as it is', () => {
    const text = 'std::vector and a:b # [x]\n  indented\ttabbed — Grüße 🚀 a::b::c'
    expect(printed(() => log.info(text))).toBe(`${text}\n`)
  })

  test('control and direction characters do not reach the terminal', () => {
    expect(printed(() => log.info('a\u001b[31mb\u0000c\u202Ed\u2066e\u009B'))).toBe(
      'a\uFFFD[31mb\uFFFDc\uFFFDd\uFFFDe\uFFFD\n'
    )
  })

  test('annotations carry their place; text and place cannot start another command', () => {
    const output = printed(() => {
      log.warning('two\nlines ::error::x', { title: 't,line=9::y', file: 'a:b\n::error::x', line: 3 })
      log.error('100% \r sure')
      log.notice('n')
    })
    expect(output.split('\n')).toEqual([
      '::warning title=t%2Cline=9%3A%3Ay,file=a%3Ab%0A%3A%3Aerror%3A%3Ax,line=3::two%0Alines ::error::x',
      '::error::100%25 %0A sure',
      '::notice::n',
      ''
    ])
  })

  test('debug is a command that the runner shows or not', () => {
    expect(printed(() => log.debug('a\nb'))).toBe('::debug::a%0Ab\n')
  })

  test('a group ends when its work ends, also where the work fails', async () => {
    capture()
    const value = await log.group('Reading\n::error::x', async () => {
      log.info('inside')
      return await Promise.resolve(5)
    })
    await expect(log.group('Failing', () => Promise.reject(new Error('stop')))).rejects.toThrow('stop')
    jest.restoreAllMocks()
    expect(value).toBe(5)
    expect(written).toBe('::group::Reading%0A::error::x\ninside\n::endgroup::\n::group::Failing\n::endgroup::\n')
  })
})

describe('in a terminal', () => {
  function terminal(debugging: boolean) {
    const out = { text: '', write: (text: string) => (out.text += text) }
    return { out, log: terminalLog(out, debugging) }
  }

  test('plain lines, no commands, no control characters', async () => {
    const { out, log: plain } = terminal(false)
    plain.info('one\u001b[2J')
    plain.notice('two')
    plain.warning('three', { file: 'a.jsonl', line: 4 })
    plain.error('four', { file: 'b.jsonl' })
    plain.debug('five')
    expect(await plain.group('Group', () => Promise.resolve('result'))).toBe('result')
    expect(out.text).toBe('one\uFFFD[2J\nNotice: two\na.jsonl:4: Warning: three\nb.jsonl:1: Error: four\nGroup\n')
  })

  test('debug where asked for', () => {
    const { out, log: plain } = terminal(true)
    plain.debug('five')
    expect(out.text).toBe('Debug: five\n')
  })
})
