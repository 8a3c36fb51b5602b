import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { findPrivate } from '../../../src/gates/privacy/find.js'
import { corpusFiles, goldenText, jsonLines } from '../../support/golden.js'

function values(kind: string, text: string): string[] {
  return findPrivate(text)
    .filter((match) => match.kind === kind)
    .map(({ value }) => value)
}

describe('home paths', () => {
  test.each([
    ['cat /Users/mwintner/code/a.ts', '/Users/mwintner'],
    ['/home/mwintner', '/home/mwintner'],
    ['cwd=/home/m.wintner/x', '/home/m.wintner'],
    ['"/Users/33660506/x"', '/Users/33660506'],
    ['C:\\Users\\mwintner\\x', '\\Users\\mwintner'],
    ['"C:\\\\Users\\\\mwintner\\\\x"', '\\\\Users\\\\mwintner'],
    ['C:/Users/mwintner/x', '/Users/mwintner'],
    ['cd /c/Users/mwintner', '/Users/mwintner'],
    ['ls /mnt/c/Users/mwintner/', '/Users/mwintner'],
    ['c:\\users\\mwintner', 'c:\\users\\mwintner'],
    ['file:///home/mwintner/a', '/home/mwintner'],
    ['/var/home/mwintner', '/home/mwintner'],
    ['\\\\wsl.localhost\\Ubuntu\\home\\mwintner', '\\home\\mwintner'],
    ['-v /home/mwintner:/data', '/home/mwintner'],
    ['gcc -I/home/mwintner/include', '/home/mwintner'],
    ['a\\n/home/mwintner/x', '/home/mwintner'],
    ['\u001b[32m/home/mwintner/x', '/home/mwintner'],
    ['git@build:/home/mwintner/x.git', '/home/mwintner'],
    ['I looked in /Users/mwintner.', '/Users/mwintner'],
    ['/home/jörg/x', '/home/jörg'],
    ['%2FUsers%2Fmwintner%2Fx', '%2FUsers%2Fmwintner'],
    ['~/.claude/projects/-Users-mwintner-code-x', 'projects/-Users-mwintner']
  ])('%s', (text, value) => {
    expect(values('home-paths', text)).toEqual([value])
  })

  test.each([
    '/home/runner/work/x',
    '/Users/runner/work',
    'C:\\Users\\runneradmin\\x',
    'C:\\Users\\Public\\x',
    '/home/ubuntu/x',
    '/home/node/app',
    '/home/vscode',
    '/Users/Shared/x',
    '/home/user/x',
    '/Users/username/x',
    '/home/you/x',
    '/Users/<user>/x',
    '/home/$USER/x',
    '/home/${USER}/x',
    '/home/{name}/x',
    '/Users/*/x',
    'C:\\Users\\%USERNAME%\\x',
    '/Users/...',
    '/home/…',
    '/home/',
    '/home',
    'https://site.org/home/dashboard',
    'https://home/dashboard',
    "import x from '@/home/widgets'",
    'src/home/widgets',
    '../home/widgets',
    './home/widgets',
    '~/home/widgets',
    '/home/index.html',
    '/home/page.tsx',
    'GET /api/Users/list',
    '/Users/2819c223-7f76-453a-919d-413861904646',
    'GET /users/mwintner'
  ])('not %s', (text) => {
    expect(values('home-paths', text)).toEqual([])
  })
})

describe('e-mail addresses', () => {
  test.each([
    ['mail jane.roe@acme-corp.de please', 'jane.roe@acme-corp.de'],
    ['Author: Jane <jane+git@roe.co.uk>', 'jane+git@roe.co.uk'],
    ['mailto:jane@roe.io', 'jane@roe.io'],
    ['email=jane_roe@mail.roe.io&x', 'jane_roe@mail.roe.io'],
    ['https://x.org/?email=jane@roe.io', 'jane@roe.io'],
    ['Write to jane@roe.io.', 'jane@roe.io'],
    ['jane@roe.io:hunter2', 'jane@roe.io'],
    ["'jane@roe.io'", 'jane@roe.io']
  ])('%s', (text, value) => {
    expect(values('emails', text)).toEqual([value.replace(/^'/, '')])
  })

  test.each([
    'noreply@anthropic.com',
    'no-reply@roe.io',
    '12345+jane@users.noreply.github.com',
    '41898282+github-actions[bot]@users.noreply.github.com',
    'donotreply@roe.io',
    'jane@example.com',
    'jane@mail.example.org',
    'jane@example.co.uk',
    'jane@roe.test',
    'jane@roe.example',
    'jane@localhost',
    'test@test.com',
    'git@github.com:owner/repo.git',
    'ssh://git@host.roe.io/x',
    'deploy@build.roe.io:/srv/www/x',
    'https://jane:word@roe.io/x',
    'https://jane@roe.io/x',
    'npm i @types/node@20.1.0',
    'user@1.2.3',
    'react-dom@18.3.0-rc.next',
    'uses: actions/checkout@v4.x',
    'icon@2x.png',
    'systemctl start user@1000.service',
    '@property.setter',
    '@acme/pkg',
    'a@b',
    '@'
  ])('not %s', (text) => {
    expect(values('emails', text)).toEqual([])
  })
})

describe('internal hosts', () => {
  test.each([
    ['curl https://jira.corp/browse', 'jira.corp'],
    ['connect to db01.prod.internal failed', 'db01.prod.internal'],
    ['http://vault.internal:8200/v1', 'vault.internal'],
    ['postgres://u:p@db.internal/x', 'db.internal'],
    ['ssh build-01.corp', 'build-01.corp'],
    ['ssh root@nas.local', 'nas.local'],
    ['Johns-MacBook-Pro.local', 'Johns-MacBook-Pro.local'],
    ['wiki.intranet is down', 'wiki.intranet'],
    ['router.home.arpa', 'router.home.arpa'],
    ['pi.lan', 'pi.lan'],
    ['ip-10-0-0-1.eu-west-1.compute.internal', 'ip-10-0-0-1.eu-west-1.compute.internal'],
    ['ldap.ROE.LOCAL', 'ldap.ROE.LOCAL'],
    ['The host is git.roe.corp.', 'git.roe.corp'],
    ['redis.internal:6379', 'redis.internal']
  ])('%s', (text, value) => {
    expect(values('internal-hosts', text)).toEqual([value])
  })

  test.each([
    'settings.local.json',
    '.claude/settings.local.json',
    '.env.local',
    'cp .env.local .env',
    'settings.local',
    'docker-compose.local',
    'this.internal',
    'this.state.internal;',
    'pkg.internal.x',
    'com.roe.internal',
    'import com.roe.http.internal.Foo',
    'opts.local = 1',
    'obj.nested.internal()',
    'myOptions.nested.local',
    '~/.local/bin',
    '/usr/local',
    'host.docker.internal:8080',
    'host.containers.internal',
    'metadata.google.internal',
    'x.svc.cluster.local',
    'thread.local',
    'x.localhost',
    'a.local_part',
    'db.internal-tools',
    'golang.org/x/internal/y',
    '.local'
  ])('not %s', (text) => {
    expect(values('internal-hosts', text)).toEqual([])
  })
})

test('every value once, at its first place', () => {
  const text = 'x /home/mwintner /home/mwintner jane@roe.io'
  expect(findPrivate(text)).toEqual([
    { kind: 'home-paths', value: '/home/mwintner', start: 2 },
    { kind: 'emails', value: 'jane@roe.io', start: 32 }
  ])
})

test('every value stands where the match says, whatever the text', () => {
  const part = fc.constantFrom(
    '/home/',
    '/Users/',
    'C:\\Users\\',
    'mw',
    '@',
    'roe.io',
    '.',
    '.local',
    '.internal',
    'db-1',
    ' ',
    '\n',
    '"',
    ':',
    '%2F',
    '🔥',
    '\ud800'
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const text = parts.join('')
      for (const { value, start } of findPrivate(text)) expect(text.startsWith(value, start)).toBe(true)
    })
  )
})

test('of the records of the corpus, those that hold a home folder, counted by its name alone, are found', () => {
  // What its users' names were replaced with are eight hexadecimal digits. All its e-mail addresses are of example.com
  // and test.com.
  const lines = corpusFiles().flatMap((name) => jsonLines(goldenText('corpus', name)))
  const expected = lines.filter((line) => /Users\/[0-9a-f]{8}\//.test(line)).length
  expect(expected).toBe(24)
  expect(lines.filter((line) => values('home-paths', line).length > 0)).toHaveLength(expected)
  expect(lines.filter((line) => line.includes('@test.com') || line.includes('@example.com')).length).toBeGreaterThan(9)
  expect(lines.flatMap((line) => values('emails', line))).toEqual([])
  expect(lines.flatMap((line) => values('internal-hosts', line))).toEqual([])
})

test.each([
  ['at signs', '@'],
  ['addresses without an end', 'a@'],
  ['long names', `${'a-'.repeat(120)}_.local `],
  ['long local parts', `${'a'.repeat(63)}(@`],
  ['labels', 'a.'],
  ['backslashes', '\\'],
  ['home paths', '/home/a'],
  ['domains', `a@${'b'.repeat(62)}`]
])('many %s take a time that grows with their number', (_, unit) => {
  const text = unit.repeat(Math.ceil(2_000_000 / unit.length))
  const start = performance.now()
  findPrivate(text)
  // Quadratic, it would be minutes.
  expect(performance.now() - start).toBeLessThan(4000)
})
