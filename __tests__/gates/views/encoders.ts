/** Disguises made by other means than those that take them off: Node's encoders, plain string work, Python, `od`. */
import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'

export type Encode = (token: string) => string

const KINDS = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789']

/** A token of no provider, with small letters, capitals and digits well mixed so that no run of luck makes it a word. */
export function randomToken(length = 36): string {
  const body = Array.from({ length: Math.ceil(length / 3) }, () =>
    [...KINDS.keys()]
      .sort(() => randomInt(3) - 1)
      .map((kind) => KINDS[kind]!.charAt(randomInt(KINDS[kind]!.length)))
      .join('')
  )
  return `tk_${body.join('').slice(0, length)}`
}

const chars = (text: string): string[] => Array.from(text)
const bytes = (text: string): number[] => Array.from(Buffer.from(text))
const hex = (char: string): string => Buffer.from(char).toString('hex')
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const each = (text: string, encode: Encode, between = ''): string => chars(text).map(encode).join(between)

/** Pieces of a length; the last may be shorter. */
export function pieces(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
}
const lines = (text: string, size: number, line: (piece: string, i: number) => string = (piece) => piece): string =>
  pieces(text, size).map(line).join('\n')

/** base64 of something longer than the token, broken over lines. */
const mail = (token: string, size: number, line?: (piece: string, i: number) => string): string =>
  lines(base64(`export TOKEN=${token}; run the deployment and wait for it`), size, line)

export const TERMINAL: Record<string, Encode> = {
  colour: (t) => `\x1b[1;32m${t}\x1b[0m ok`,
  'colour inside': (t) => `${t.slice(0, 9)}\x1b[01;31m\x1b[K${t.slice(9, 20)}\x1b[m\x1b[K${t.slice(20)}`,
  'colour as \\x1b': (t) => `\\x1b[32m${t}\\x1b[0m`,
  'colour as \\033': (t) => `\\033[0;32m${t}\\033[0m`,
  'colour as \\e': (t) => `\\e[32m${t}\\e[m`,
  'colour as \\u001b': (t) => `\\u001b[32m${t}`,
  'colour as ^[': (t) => `^[[32m${t}^[[0m`,
  'colour whose ESC is lost': (t) => `[32m${t}[0m`,
  hyperlink: (t) => `\x1b]8;;a:b\x1b\\${t.slice(0, 10)}\x1b]8;;\x07${t.slice(10)}`,
  charset: (t) => `${t.slice(0, 8)}\x1b(B${t.slice(8)}`,
  overstrike: (t) => each(t, (c) => `${c}\b${c}`),
  underline: (t) => each(t, (c) => `_\b${c}`),
  'typed and taken back': (t) => `${t.slice(0, 12)}xyz\b\b\b${t.slice(12, 20)}q\b \b${t.slice(20)}`,
  'carriage return': (t) => `#####${t.slice(5)}\r${t.slice(0, 5)}`,
  'NULs between': (t) => chars(t).join('\0'),
  'tabs as ^I': (t) => `KEY^I${t}^Iok$`
}

export const CHARACTERS: Record<string, Encode> = {
  'zero width': (t) => chars(t).join('\u200b'),
  'soft hyphen': (t) => `${t.slice(0, 7)}\u00ad${t.slice(7)}`,
  'direction marks': (t) => `${t.slice(0, 7)}\u202a\u2066${t.slice(7)}`,
  'variation selectors': (t) => chars(t).join('\ufe0f'),
  'combining marks': (t) => chars(t).join('\u0301'),
  fullwidth: (t) => each(t, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  'mathematical bold': (t) =>
    each(t, (c) => {
      const [code, base] = [
        c.charCodeAt(0),
        /[A-Z]/.test(c) ? 0x1d400 - 65 : /[a-z]/.test(c) ? 0x1d41a - 97 : 0x1d7ce - 48
      ]
      return /\w/.test(c) && c !== '_' ? String.fromCodePoint(base + code) : c
    }),
  'tag characters': (t) => `flag${each(t, (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0)))}`,
  'Cyrillic letters': (t) =>
    t.replace(/[aceop]/g, (c) => String.fromCharCode({ a: 0x430, c: 0x441, e: 0x435, o: 0x43e, p: 0x440 }[c]!))
}

export const ESCAPES: Record<string, Encode> = {
  JSON: (t) => JSON.stringify({ a: `x\n${t}\n` }),
  'JSON in JSON in JSON': (t) => JSON.stringify(JSON.stringify(JSON.stringify([`\n${t}\t`]))),
  'JSON five times': (t) => [1, 2, 3, 4, 5].reduce((text) => JSON.stringify(`\n${text}\n`), t),
  '\\xNN': (t) => each(t, (c) => `\\x${hex(c)}`),
  '\\uNNNN': (t) => each(t, (c) => `\\u00${hex(c)}`),
  '\\u{…}': (t) => each(t, (c) => `\\u{${hex(c)}}`),
  '\\UNNNNNNNN': (t) => each(t, (c) => `\\U000000${hex(c)}`),
  octal: (t) => each(t, (c) => `\\${c.charCodeAt(0).toString(8)}`),
  'Markdown escapes': (t) => `x\\_y ${t.replaceAll('_', '\\_')}`,
  'colour in nested JSON': (t) => JSON.stringify(JSON.stringify(`\x1b[32m${t}\x1b[0m`)),
  'percent signs': (t) => each(t, (c) => `%${hex(c)}`),
  'URL component': (t) => `q=${encodeURIComponent(`"x=${t}"&y`)}`,
  'URL component twice': (t) => encodeURIComponent(encodeURIComponent(`{"a":"${t}"}`)),
  '%uNNNN': (t) => each(t, (c) => `%u00${hex(c)}`),
  'decimal references': (t) => each(t, (c) => `&#${String(c.charCodeAt(0))};`),
  'hexadecimal references': (t) => each(t, (c) => `&#x${hex(c)};`),
  'named references': (t) => `&quot;${t.replaceAll('_', '&lowbar;')}&quot;`,
  'references twice': (t) => each(t, (c) => `&amp;#${String(c.charCodeAt(0))};`),
  'tags inside': (t) => `${t.slice(0, 6)}<em>${t.slice(6, 10)}</em>${t.slice(10)}`,
  'tags around pieces': (t) => lines(t, 8, (p) => `<span class="k">${p}</span>`).replaceAll('\n', ''),
  'quoted-printable': (t) => each(t, (c) => `=${hex(c).toUpperCase()}`),
  'quoted-printable line ends': (t) => pieces(t, 20).join('=\r\n')
}

export const BINARY: Record<string, Encode> = {
  base64: (t) => `data: ${base64(`K=${t}`)}`,
  base64url: (t) => Buffer.from(`{"k":"${t}"}`).toString('base64url'),
  'base64 three times': (t) => base64(base64(base64(t))),
  'base64 in lines': (t) => mail(t, 64),
  'base64 in short lines': (t) => mail(t, 20),
  'base64 in numbered lines': (t) => mail(t, 40, (p, i) => `${String(i + 9).padStart(6)}\u2192${p}`),
  'base64 in a quote': (t) => mail(t, 40, (p) => `> ${p}`),
  'base64 in a comment': (t) => mail(t, 40, (p) => `# ${p}`),
  'base64 lines in JSON': (t) => JSON.stringify(mail(t, 60)),
  'base64 with CRLF': (t) => mail(t, 76).replaceAll('\n', '\r\n'),
  'data URI': (t) => `data:text/plain;base64,${base64(t)}`,
  'basic authentication': (t) => `Authorization: Basic ${base64(`user:${t}`)}`,
  PowerShell: (t) => `powershell -enc ${base64(Buffer.from(`echo ${t}`, 'utf16le'))}`,
  gzip: (t) => base64(gzipSync(`TOKEN=${t}`)),
  'gzip of more': (t) => base64(gzipSync(`${'hello world this is it '.repeat(9)}${t}`)),
  'gzip cut off': (t) => base64(gzipSync(`TOKEN=${t} and so on`).subarray(0, -6)),
  zlib: (t) => base64(deflateSync(`TOKEN=${t}`)),
  deflate: (t) => base64(deflateRawSync(`TOKEN=${t}`)),
  'gzip in hexadecimal': (t) => gzipSync(`TOKEN=${t}`).toString('hex'),
  'path with base64url': (t) => `/tmp/a/cache/${Buffer.from(t).toString('base64url')}`,
  'name=base64': (t) => `token=${base64(t)}`,
  'base64 one character off': (t) => `x${base64(t)}`,
  'base64 two characters off': (t) => `ab${base64(t)}`,
  'base64 three characters off': (t) => `abc${base64(t)}`,
  'base64 of binary data': (t) =>
    base64(Buffer.concat([Buffer.from([1, 2, 0x81, 0xa5, 0, 9, 200]), Buffer.from(t), Buffer.from([0, 1, 255, 3])])),
  'base64 of another script': (t) => base64(`\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8 ${t}`),
  'claims of a JWT': (t) =>
    `${base64('{"alg":"none"}')}.${Buffer.from(JSON.stringify({ sub: t })).toString('base64url')}.x`,
  hexadecimal: (t) => hex(t),
  'capital hexadecimal': (t) => `0x${hex(t).toUpperCase()}`,
  '0xNN list': (t) => each(t, (c) => `0x${hex(c)}`, ', '),
  'NN:NN': (t) => each(t, hex, ':'),
  'NN NN': (t) => each(t, hex, ' '),
  'lines of 0xNN': (t) => lines(t, 8, (p) => `  ${each(p, (c) => `0x${hex(c)}`, ', ')},`),
  'lines of hexadecimal': (t) => lines(hex(t), 32),
  'U+NNNN': (t) => each(t, (c) => `U+00${hex(c)}`, ' '),
  'byte array': (t) => JSON.stringify(bytes(t)),
  'byte array in lines': (t) => JSON.stringify({ type: 'Buffer', data: bytes(t) }, null, 2),
  'byte array in numbered lines': (t) => lines(t, 12, (p, i) => `  ${String(i + 1)}\u2192  ${bytes(p).join(', ')},`),
  'chr() + chr()': (t) =>
    bytes(t)
      .map((c) => `chr(${String(c)})`)
      .join('+'),
  'String.fromCharCode': (t) => `String.fromCharCode(${bytes(t).join(',')})`,
  'octal numbers': (t) =>
    bytes(t)
      .map((c) => c.toString(8))
      .join(' '),
  'binary numbers': (t) =>
    bytes(t)
      .map((c) => c.toString(2).padStart(8, '0'))
      .join(' '),
  'binary digits': (t) =>
    bytes(t)
      .map((c) => c.toString(2).padStart(8, '0'))
      .join(''),
  'hexadecimal in base64': (t) => base64(hex(t)),
  'base64 in hexadecimal': (t) => hex(base64(t)),
  'gzip in a URL': (t) => encodeURIComponent(base64(gzipSync(`a=${t}`)))
}

export const LINES: Record<string, Encode> = {
  'numbered lines': (t) => lines(t, 25, (p, i) => `    ${String(i + 1)}\u2192${p}`),
  quote: (t) => lines(t, 25, (p) => `> ${p}`),
  diff: (t) => lines(t, 25, (p) => `+${p}`),
  'log with times': (t) => lines(t, 25, (p, i) => `2026-01-01T00:00:0${String(i)}.123Z ${p}`),
  'log of a service': (t) => lines(t, 25, (p) => `web_1  | ${p}`),
  grep: (t) => lines(t, 25, (p, i) => `a.env:${String(i + 9)}:${p}`),
  box: (t) => lines(t, 28, (p) => `\u2502 ${p.padEnd(28)} \u2502`),
  'comment block': (t) => lines(t, 25, (p) => ` * ${p}`),
  'line comments': (t) => lines(t, 25, (p) => `// ${p}`),
  'cat -A': (t) => lines(t, 25, (p) => `${p}$`),
  'eighty columns': (t) =>
    lines(`The deployment needs the following token to be set in its environment: ${t} and then`, 80),
  'forty columns': (t) => lines(`TOKEN=${t}`, 40),
  'twenty columns': (t) => lines(t, 20),
  'ten columns': (t) => lines(t, 10),
  'four columns': (t) => lines(t, 4),
  'one column': (t) => lines(t, 1),
  backslashes: (t) => pieces(t, 15).join('\\\n'),
  'indented lines': (t) => `token: >-\n${lines(t, 30, (p) => `    ${p}`)}`,
  '"a" + "b"': (t) => `t = "${t.slice(0, 7)}" + "${t.slice(7)}"`,
  '"a" "b" in lines': (t) => `t = ("${t.slice(0, 7)}"\n     "${t.slice(7, 20)}"\n     "${t.slice(20)}")`,
  "'a' . 'b'": (t) => `t = '${t.slice(0, 7)}' . '${t.slice(7)}';`,
  "'a' + 'b' in lines": (t) => `const t = '${t.slice(0, 7)}' +\n    '${t.slice(7, 20)}' +\n    '${t.slice(20)}'`,
  'array of pieces': (t) => JSON.stringify(pieces(t, 9), null, 2),
  'array of characters': (t) => JSON.stringify(chars(t)),
  'array and join': (t) => `"_".join(["${t.slice(0, 2)}", "${t.slice(3)}"])`,
  '"a""b"': (t) => `"${t.slice(0, 9)}""${t.slice(9)}"`,
  'a"b"': (t) => `export T=${t.slice(0, 8)}"${t.slice(8)}"`,
  '"a" + "b" in JSON': (t) => JSON.stringify(`t = "${t.slice(0, 7)}" + "${t.slice(7)}"`),
  '"a" + in numbered lines': (t) => lines(t, 12, (p, i) => `${String(i + 1)}\u2192  "${p}" +`),
  'letters and blanks': (t) => chars(t).join(' '),
  'letters and hyphens': (t) => chars(t).join('-'),
  'groups of four': (t) => pieces(t, 4).join(' '),
  'stream of a model': (t) =>
    pieces(t, 6)
      .map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`)
      .join('\n\n'),
  'recorded terminal': (t) =>
    chars(t)
      .map((c, i) => JSON.stringify([i / 10, 'o', c]))
      .join('\n')
}

/** Of Python and POSIX tools: undefined where there is none. */
export function tool(command: string, args: readonly string[]): ((input: string) => string) | undefined {
  const run = (input: string): string =>
    execFileSync(command, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    run('')
    return run
  } catch {
    return undefined
  }
}

const python = (expression: string): [string, string[]] => [
  'python3',
  ['-c', `import sys, base64, quopri; s = sys.stdin.read(); b = s.encode(); sys.stdout.write(${expression})`]
]

export const TOOLS: Record<string, [string, string[]]> = {
  'repr()': python(String.raw`repr("a\n" + s + "\n'\"")`),
  'repr() of bytes': python(String.raw`repr(("é\n" + s + "\n").encode())`),
  'ascii()': python(String.raw`ascii("é\n" + s)`),
  quopri: python(
    String.raw`quopri.encodestring(("naïve header = \"token " + s + "\" and more text here, long enough").encode()).decode()`
  ),
  base32: python('base64.b32encode(b).decode()'),
  'base32 in small letters': python('base64.b32encode(b).decode().lower().strip("=")'),
  ascii85: python('base64.a85encode(b).decode()'),
  'ascii85 in its frame': python('base64.a85encode(b, adobe=True).decode()'),
  base85: python('base64.b85encode(b).decode()'),
  'base32 in base64': python('base64.b64encode(base64.b32encode(b)).decode()'),
  'od -c': ['od', ['-c']],
  'od -An -c': ['od', ['-An', '-c']],
  'od -t x1z': ['od', ['-A', 'x', '-t', 'x1z']],
  'od -x': ['od', ['-x']],
  'od -An -tx1': ['od', ['-An', '-tx1']],
  'od -b': ['od', ['-b']],
  'od -An -tu1': ['od', ['-An', '-tu1']],
  od: ['od', []]
}

/** As `xxd` and `hexdump -C` print them. */
export const DUMPS: Record<string, Encode> = {
  xxd: (t) =>
    dump(
      t,
      (row, at) =>
        `${at}: ${(row.toString('hex').match(/.{1,4}/g) ?? []).join(' ').padEnd(39)}  ${row.toString('latin1')}`
    ),
  'hexdump -C': (t) =>
    dump(t, (row, at) => {
      const cells = row.toString('hex').match(/../g) ?? []
      return `${at}  ${`${cells.slice(0, 8).join(' ')}  ${cells.slice(8).join(' ')}`.padEnd(49)} |${row.toString('latin1')}|`
    }),
  'xxd in numbered lines': (t) =>
    DUMPS.xxd!(t)
      .split('\n')
      .map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)
      .join('\n')
}

function dump(token: string, line: (row: Buffer, at: string) => string): string {
  const data = Buffer.from(`TOKEN=${token} ok`)
  const rows = Array.from({ length: Math.ceil(data.length / 16) }, (_, i) => data.subarray(16 * i, 16 * i + 16))
  return rows.map((row, i) => line(row, (16 * i).toString(16).padStart(8, '0'))).join('\n')
}

export const MIRRORS: Record<string, (body: string) => string> = {
  reversed: (t) => chars(t).reverse().join(''),
  ROT13: (t) =>
    t.replace(/[a-z]/gi, (c) => {
      const [code, first] = [c.charCodeAt(0), c < 'a' ? 65 : 97]
      return String.fromCharCode(((code - first + 13) % 26) + first)
    }),
  'glued to a word': (t) => `token${t}`,
  'between underscores': (t) => `__${t}__`
}
