/**
 * The ways in which tools write a value: inside JSON, a URL, HTML or a command line, or encoded. Every form is a plain
 * text that can be looked for, so that nothing in the traces needs decoding to be found. Base64 that was wrapped into
 * lines and other disguises that depend on what stands around a value are no forms.
 */
import { SHORTEST } from '../search.js'

export type KnownForm = 'as it is' | 'JSON' | 'URL' | 'HTML' | 'shell' | 'base64' | 'hex'

/** What a short value's base64 needs, in characters, so as not to turn up in other base64 by chance. */
const SHORTEST_BASE64 = 6

/** Every text that stands for the value and is long enough to be looked for, with the plainest form that gives it. */
export function formsOf(value: string): Map<string, KnownForm> {
  const forms = new Map<string, KnownForm>()
  const add = (form: KnownForm, texts: Iterable<string>): void => {
    for (const text of texts) if (text.length >= SHORTEST && !forms.has(text)) forms.set(text, form)
  }
  // File systems and editors change between composed and decomposed letters.
  const spellings = new Set([value, value.normalize('NFC'), value.normalize('NFD')])
  add('as it is', spellings)
  for (const one of spellings) {
    add('JSON', jsonForms(one))
    add('URL', urlForms(one))
    add('HTML', htmlForms(one))
    add('shell', shellForms(one))
    for (const bytes of [Buffer.from(one), Buffer.from(one, 'utf16le')]) {
      add('base64', base64Forms(bytes))
      add('hex', [bytes.toString('hex'), bytes.toString('hex').toUpperCase()])
    }
  }
  return forms
}

/** What encoders write as `\uXXXX` though JSON does not ask for it: nothing, those of the web, those of .NET and PHP. */
const JSON_EXTRAS = [/(?!)/g, /[<>&]/g, /[<>&'"+`]/g]

function jsonForms(value: string): Set<string> {
  const once = new Set<string>()
  for (const extras of JSON_EXTRAS) {
    for (const escaped of [extras, new RegExp(`${extras.source}|[^\\x00-\\x7f]`, 'g')]) {
      for (const upper of [false, true]) {
        const text = splitAt(value, escaped, jsonText, (char) => unicodeEscape(char, upper))
        once.add(text)
        once.add(text.replaceAll('/', '\\/'))
      }
    }
  }
  return new Set([...once, ...[...once].map(jsonText)])
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function unicodeEscape(unit: string, upper: boolean): string {
  const digits = unit.charCodeAt(0).toString(16).padStart(4, '0')
  return `\\u${upper ? digits.toUpperCase() : digits}`
}

/** Writes the characters that an expression finds in one way and what is between them in another. */
function splitAt(
  text: string,
  special: RegExp,
  plain: (text: string) => string,
  write: (char: string) => string
): string {
  let result = ''
  let end = 0
  for (const { 0: char, index } of text.matchAll(special)) {
    result += plain(text.slice(end, index)) + write(char)
    end = index + char.length
  }
  return result + plain(text.slice(end))
}

/** What encoders of URLs leave alone besides letters and digits, from browsers, Python, Go and PHP; the last one, nothing. */
const URL_SAFE = [
  "-_.!~*'()",
  '-_.~',
  '-_.~/',
  '-_.*',
  "-_.~!$&'()*+,;=:",
  '-_.~$&+:=@',
  "-_.!~*'();/?:@&=+$,#",
  '-_.'
].map((marks) => new Set(Buffer.from(marks)))
const NOTHING: ReadonlySet<number> = new Set()

function urlForms(value: string): Set<string> {
  const once = new Set<string>()
  for (const safe of [...URL_SAFE, NOTHING]) {
    for (const upper of [true, false]) {
      const text = percentEncoded(value, safe, upper)
      once.add(text)
      once.add(text.replaceAll('%20', '+'))
    }
  }
  return new Set([...once, ...[...once].map((text) => text.replaceAll('%', '%25'))])
}

function percentEncoded(value: string, safe: ReadonlySet<number>, upper: boolean): string {
  let text = ''
  for (const byte of Buffer.from(value)) {
    const char = String.fromCharCode(byte)
    const isSafe = safe !== NOTHING && (safe.has(byte) || /[A-Za-z0-9]/.test(char))
    const digits = byte.toString(16).padStart(2, '0')
    text += isSafe ? char : `%${upper ? digits.toUpperCase() : digits}`
  }
  return text
}

/** How libraries write the two quotation marks: not at all, or in these ways. */
const HTML_QUOTES = [
  {},
  { '"': '&quot;' },
  { '"': '&quot;', "'": '&#39;' },
  { '"': '&quot;', "'": '&#x27;' },
  { '"': '&quot;', "'": '&#039;' },
  { '"': '&quot;', "'": '&apos;' },
  { '"': '&#34;', "'": '&#39;' }
]

function htmlForms(value: string): Set<string> {
  return new Set(
    HTML_QUOTES.map((quotes) => {
      const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', ...quotes }
      return value.replace(/[&<>"']/g, (char) => entities[char] ?? char)
    })
  )
}

/** Between single quotes, between double quotes, and without any. */
function shellForms(value: string): Set<string> {
  return new Set([
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replace(/["$`\\]/g, '\\$&'),
    value.replace(/["$`\\!]/g, '\\$&'),
    value.replace(/[^\w\-./:=@%+,\u0080-\uffff]/g, '\\$&'),
    value.replace(/[^\w\-./:@%+\u0080-\uffff]/g, '\\$&')
  ])
}

/** In the three alignments and both alphabets, without the edges that depend on what stands around the value. */
function base64Forms(bytes: Buffer): string[] {
  const forms = [0, 1, 2]
    .map((before) => {
      const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
      return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    })
    .filter(({ length }) => length >= SHORTEST_BASE64)
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}
