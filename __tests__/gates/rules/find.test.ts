/** Keys of several lines or without a form, URLs, and how the rules behave on text that means harm. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { findSecrets } from '../../../src/gates/rules/find.js'
import { below, fake, random } from './formats.js'

const rulesIn = (text: string, field = ''): string[] => findSecrets(text, field).map(({ rule }) => rule)
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const HYPHENS = '-----'
const pemOf = (label: string, body: string): string =>
  `${HYPHENS}BEGIN ${label}${HYPHENS}\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n${HYPHENS}END ${label}${HYPHENS}\n`

describe('private keys', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const body = privateKey.split('\n').slice(1, -2)
  const wrapped: [string, (lines: string[]) => string][] = [
    ['as it is', (lines) => lines.join('\n')],
    ['CRLF', (lines) => lines.join('\r\n')],
    ['numbers and an arrow', (lines) => lines.map((line, i) => `${String(i + 8).padStart(6)}→${line}`).join('\n')],
    ['numbers and a tab', (lines) => lines.map((line, i) => `${String(i + 8).padStart(6)}\t${line}`).join('\n')],
    ['numbers and a colon', (lines) => lines.map((line, i) => `${String(i + 8)}:${line}`).join('\n')],
    ['numbers and a bar', (lines) => lines.map((line, i) => ` ${String(i + 8)} | ${line}`).join('\n')],
    ['a diff', (lines) => lines.map((line) => `+${line}`).join('\n')],
    ['a diff, indented', (lines) => lines.map((line) => `+    ${line}`).join('\n')],
    ['a quotation', (lines) => lines.map((line) => `> ${line}`).join('\n')],
    ['indentation', (lines) => lines.map((line) => `\t    ${line}`).join('\n')],
    ['quotes', (lines) => lines.map((line) => `  "${line}\\n"`).join('\n')],
    ['quotes and plus signs', (lines) => lines.map((line) => `  '${line}' +`).join('\n')],
    ['a spelled line break', (lines) => lines.join('\\n')],
    ['a spelled line break, twice', (lines) => lines.join('\\\\n')],
    ['a spelled CRLF', (lines) => lines.join('\\r\\n')],
    ['one line', (lines) => lines.join(' ')],
    ['one line without spaces', (lines) => lines.join('')],
    ['times of a log', (lines) => lines.map((line) => `2026-01-01T10:20:30.1234567Z ${line}`).join('\n')],
    ['empty lines', (lines) => lines.join('\n\n')]
  ]

  test.each(wrapped)('is put together: %s', (_, wrap) => {
    const text = `before\n${wrap(privateKey.trimEnd().split('\n'))}\nafter`
    expect(findSecrets(text, '')).toEqual([
      expect.objectContaining({
        rule: 'private-key',
        value: body.join(''),
        guessable: false,
        start: text.indexOf(HYPHENS)
      })
    ])
  })

  test.each(wrapped)('is found without its end: %s', (_, wrap) => {
    expect(rulesIn(`before\n${wrap(privateKey.split('\n').slice(0, 2))}`)).toEqual(['private-key'])
  })

  test.each([
    'RSA PRIVATE KEY',
    'EC PRIVATE KEY',
    'DSA PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK'
  ])('of every kind and size: %s', (label) => {
    for (const size of [64, 200, 1600, 6300, 12_000]) {
      const material = random(size, 'x')
      expect(findSecrets(pemOf(label, material), '').map(({ value }) => value)).toEqual([material])
    }
  })

  test('with notes before the key', () => {
    const material = random(1000, 'x')
    for (const notes of [
      'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n',
      'Version: GnuPG v2\nComment: mine\n\n'
    ]) {
      const pem = pemOf('RSA PRIVATE KEY', material).replace('\n', `\n${notes}`)
      expect(findSecrets(pem, '').map(({ value }) => value)).toEqual([material])
    }
  })

  test('without a header, and in PuTTY’s file', () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const rsa = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(rulesIn(`key = ${rsa.split('\n').slice(1, -2).join('')}`)).toEqual(['private-key'])
    expect(
      rulesIn(`Public-Lines: 1\nAAAA\nPrivate-Lines: 2\n${random(64, 'x')}\n${random(20, 'x')}\nPrivate-MAC: 0`)
    ).toEqual(['private-key'])
  })

  test('a header alone, a public key and a certificate are none', () => {
    const begin = `${HYPHENS}BEGIN RSA PRIVATE KEY${HYPHENS}`
    const texts = [
      publicKey,
      pemOf('CERTIFICATE', random(1200, 'x')),
      `if "${begin}" in text:\n    return header\n`,
      `${begin}\n...\n${HYPHENS}END RSA PRIVATE KEY${HYPHENS}`,
      `${begin}\nMIIEpAIBAAKCAQEA...\n${HYPHENS}END RSA PRIVATE KEY${HYPHENS}`,
      `key: "${begin}\\n\${KEY}\\n"`,
      `${begin}\n<your private key here>\n`,
      `${begin}\nyour\nprivate\nkey\ngoes\nhere\nbetween\nthese\nlines\nand\nnowhere\nelse\n`,
      `${begin}\n${'x'.repeat(64)}\n${'x'.repeat(64)}\n`
    ]
    expect(texts.flatMap((text) => rulesIn(text))).toEqual([])
  })
})

describe('URLs', () => {
  const password = random(18, 'an')

  test.each(['postgres', 'mysql', 'mongodb+srv', 'redis', 'amqps', 'https', 'ftp', 'smtp', 'ssh', 'jdbc:postgresql'])(
    'of %s',
    (scheme) => {
      const text = `url="${scheme}://app:${password}@db.acme.io/x"`
      expect(findSecrets(text, '')).toEqual([
        {
          rule: 'url-password',
          start: text.indexOf(password),
          end: text.indexOf(password) + 18,
          value: password,
          guessable: false
        }
      ])
    }
  )

  test('a short password is found and is guessable, one with signs too', () => {
    const found = findSecrets('mysql://root:tiger7@db.acme.io/x https://me:p@ss!w0rt@acme.io', '')
    expect(found.map(({ value, guessable }) => [value, guessable])).toEqual([
      ['tiger7', true],
      ['p@ss!w0rt', true]
    ])
  })

  test.each([
    'postgres://${DB_USER}:${DB_PASS}@localhost',
    'postgres://user:password@localhost:5432/db',
    'postgres://postgres:postgres@db:5432/app',
    'https://user:pass@host',
    'https://<user>:<password>@acme.io',
    'mongodb://admin:****@cluster.acme.io',
    'redis://:[REDACTED]@cache.acme.io',
    'mysql://%s:%s@%s/%s',
    'amqp://{user}:{pw}@{host}',
    'amqp://guest:guest@localhost',
    'mysql://app:devpass9@127.0.0.1',
    'https://example.com:8080/path@2x.png',
    'http://a.io/x http://b.io:80/?q=me@acme.io',
    'postgres://u:$PGPASSWORD@db.acme.io'
  ])('%s has none', (url) => {
    expect(rulesIn(`see ${url} for more`)).toEqual([])
  })
})

describe('AWS', () => {
  const id = (): string => `AKIA${random(16, 'up')}`

  test('every secret near an id, in whatever order', () => {
    const pairs = Array.from({ length: 5 }, () => [id(), random(40, 'x')] as const)
    const text = pairs.map(([key, secret], i) => `[p${String(i)}]\nid = ${key}\nkey = ${secret}\n`).join('')
    const values = findSecrets(text, '').map(({ value }) => value)
    expect(new Set(values)).toEqual(new Set(pairs.flat()))
  })

  test('by the name of the field, and not by another one', () => {
    const secret = random(40, 'x')
    expect(rulesIn(secret, 'SecretAccessKey')).toEqual(['aws-secret-key'])
    expect(rulesIn(secret, 'aws_secret_key')).toEqual(['aws-secret-key'])
    expect(rulesIn(secret, 'integrity')).toEqual([])
    expect(rulesIn(random(40, 'hex'), 'secretAccessKey_sha1')).toEqual([])
  })

  test('a commit near an id is none', () => {
    expect(rulesIn(`${id()} at ${random(40, 'hex')}`)).toEqual(['aws-key-id'])
  })
})

describe('JSON web tokens', () => {
  const jwt = (header: unknown, claims: unknown): string =>
    `${base64url(header)}.${base64url(claims)}.${random(43, 'url')}`

  test('signed and encrypted ones, wherever they stand', () => {
    const signed = jwt({ typ: 'JWT', alg: 'HS256' }, { sub: random(8, 'an') })
    const encrypted = `${base64url({ alg: 'dir', enc: 'A256GCM' })}..${random(16, 'url')}.${random(99, 'url')}.${random(22, 'url')}`
    for (const token of [signed, encrypted]) {
      for (const text of [token, `token${token} `, `Authorization: Bearer ${token}\\n`, `x_${token}"`]) {
        expect(findSecrets(text, '').map(({ value }) => value)).toEqual([token])
      }
    }
  })

  test('unsigned ones, the sample and what only looks alike are none', () => {
    const texts = [
      `${base64url({ alg: 'none' })}.${base64url({ sub: 'me' })}.`,
      jwt({ alg: 'HS256', typ: 'JWT' }, { sub: '1234567890', name: 'John Doe', iat: 1516239022 }),
      jwt({ a: 1, b: 'not a header' }, { sub: 'me' }),
      `${base64url({ alg: 'RS256' })}.${base64url({ sub: 'me' })}.signature`
    ]
    expect(texts.flatMap((text) => rulesIn(text))).toEqual([])
  })
})

describe('logins and names', () => {
  test.each([
    ['basic-auth', () => `Authorization: Basic ${base64(`deploy:${random(14, 'an')}`)}`],
    ['basic-auth', () => `{"auths":{"acme.io":{"auth":"${base64(`me:${random(14, 'an')}`)}"}}}`],
    ['basic-auth', () => `{\\"auth\\": \\"${base64(`me:${random(14, 'an')}`)}\\"}`],
    ['netrc-password', () => `machine acme.io\n  login me\n  password ${random(12, 'an')}\n`],
    ['pgpass-password', () => `db.acme.io:5432:main:app:${random(12, 'an')}\n`],
    ['bearer-token', () => `Authorization: Bearer ${random(40, 'an')}`],
    ['named-secret', () => `client_secret: "${random(40, 'an')}"`],
    ['named-secret', () => `MY_API_KEY=${random(32, 'an')}\n`],
    ['named-token', () => `accessToken = '${random(40, 'an')}';`],
    ['named-password', () => `DB_PASSWORD="${random(8, 'an')}!7aZ#${random(8, 'an')}"`]
  ])('%s', (rule, text) => {
    const found = Array.from({ length: 100 }, text).filter((one) => rulesIn(one).includes(rule))
    // Without a form of their own, those with few figures or with something like a word in them are left out.
    expect(found.length).toBeGreaterThanOrEqual(rule.startsWith('named') || rule.startsWith('bearer') ? 85 : 100)
  })

  test.each([
    `Authorization: Basic ${base64('user:password')}`,
    'Basic authentication is used here, and basic understanding of it helps',
    'password: process.env.DB_PASSWORD, token: config.get("auth.token")',
    'max_tokens: 4096, "total_tokens": 123456789012345678901234',
    `"nextPageToken": "${fake('{an40}')}"`,
    `token_sha256: "${fake('{hex64}')}"`,
    `TOKEN=${fake('{hex40}')}`,
    `password: "correct horse battery staple"`,
    'api_key = os.environ["SERVICE_API_KEY_FOR_PRODUCTION_2024"]',
    '127.0.0.1:5432:5432',
    `secret: ${'0'.repeat(40)}`
  ])('%s is none', (text) => {
    expect(rulesIn(text)).toEqual([])
  })
})

describe('any text', () => {
  test('offsets tell where the value stands, matches do not overlap', () => {
    for (let i = 0; i < 200; i++) {
      const tokens = Array.from({ length: 5 }, () => fake(['hf_{al34}', 'npm_{an36}', 'glpat-{url20}'][below(3)]!))
      const text = `\u{1f600}é ${tokens.join(' → ')}`
      const found = findSecrets(text, '')
      expect(found.map(({ value }) => value)).toEqual(tokens)
      for (const { start, end, value } of found) expect(text.slice(start, end)).toBe(value)
    }
  })

  test('a token inside of a URL is named as what it is', () => {
    const token = fake('ghp_{an36}')
    expect(findSecrets(`https://x-access-token:${token}@github.com/a/b`, '')).toEqual([
      expect.objectContaining({ rule: 'github-token', value: token })
    ])
    expect(rulesIn(`https://${token}:x-oauth-basic@github.com/a/b`)).toEqual(['github-token'])
  })

  test.each([
    ...[
      'a',
      'sk-',
      '://',
      `${HYPHENS}BEGIN `,
      'eyJ',
      'eyJ.',
      'eyJhbGciOiJIUzI1NiJ9.',
      'token=',
      'xoxb-1-',
      'glpat-',
      ':AA',
      '://a:',
      'pat'
    ],
    ...[
      `${HYPHENS}BEGIN PRIVATE KEY${HYPHENS}`,
      `${HYPHENS}BEGIN PRIVATE KEY${HYPHENS}\n`,
      'BgkqhkiG9w0BAQEFAASC',
      'IQoJb3JpZ2lu'
    ],
    ...[
      'AKIA',
      'secretKey=',
      'password ',
      'password=',
      'token                ',
      '1',
      '\\n',
      'MTA',
      'Private-Lines: 9\n',
      'hvs.aB3_'
    ]
  ])('costs linear time on %p over and over', (piece) => {
    const time = (length: number): number => {
      const text = piece.repeat(Math.ceil(length / piece.length))
      const start = process.cpuUsage()
      findSecrets(text, '')
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000
    }
    time(100_000)
    // A quadratic rule takes minutes; the bound leaves room for a slow and busy machine.
    expect(time(1_000_000)).toBeLessThan(2_000)
  })
})
