import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { knownValues } from '../../../src/gates/known/values.js'

type Env = Record<string, string | undefined>

const fromEnv = (env: Env) => knownValues({ inputs: {}, env }).map(({ value }) => value)
const fromList = (text: string) => knownValues({ inputs: { 'known-secrets': text }, env: {} })

/** Letters and digits, as tokens have them. */
const random = (length: number): string =>
  randomBytes(length * 3)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length - 2) + '7q'

/** What stands between the borders of a key, without a key in it. */
function fakeKey(kind: string, lines = 4): string {
  const body = Array.from({ length: lines }, () => random(64))
  return [`-----BEGIN ${kind}-----`, ...body, random(20), `-----END ${kind}-----`].join('\n')
}

describe('secrets of the environment', () => {
  test.each([
    'HF_TOKEN',
    'HUGGINGFACE_TOKEN',
    'GITHUB_TOKEN',
    'GH_TOKEN',
    'GITHUB_PAT',
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'OPENAI_API_KEY',
    'OPENAI_APIKEY',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_ACCESS_KEY_ID',
    'DB_PASSWORD',
    'PGPASSWORD',
    'MYSQL_PWD',
    'SSHPASS',
    'DB_PASSWD',
    'CLIENT_SECRET',
    'SECRET_KEY_BASE',
    'VAULT_SECRET_ID',
    'MY_CREDENTIALS',
    'npm_config__authToken',
    'NODE_AUTH_TOKEN',
    'dbPassword',
    'STRIPE_KEY',
    'SIGNING_KEY',
    'BASIC_AUTH',
    'SLACK_TOKENS'
  ])('%s', (name) => {
    const value = random(24)
    expect(knownValues({ inputs: {}, env: { [name]: ` ${value}\n` } })).toEqual([{ name, value }])
  })

  test.each([
    ['Tr0ub4dor', '&3'],
    ['hunter', '22'],
    ['correct-horse', '-battery-staple'],
    ['P@ss', 'w0rd!x'],
    ['zkqwvbnr', 'xptlm']
  ])('a password of letters a person may choose: %s…', (left, right) => {
    expect(fromEnv({ ADMIN_PASSWORD: left + right })).toEqual([left + right])
  })

  test('a base64 secret may begin with a slash', () => {
    const value = `/${random(30)}/${random(8)}=`
    expect(fromEnv({ AWS_SECRET_ACCESS_KEY: value })).toEqual([value])
  })

  test('a header holds the token only', () => {
    const value = random(30)
    expect(fromEnv({ AUTH_HEADER_TOKEN: `Authorization: Bearer ${value}` })).toEqual([value])
  })

  test('an address with a password, whatever its name, and the password as it is and decoded', () => {
    const password = `${random(10)}@${random(4)}`
    const url = `postgres://app:${encodeURIComponent(password)}@db.acme.org:5432/prod`
    expect(fromEnv({ WHERE: url })).toEqual([url, encodeURIComponent(password), password])
  })

  test('a token in place of the user, a signature among the parameters, a webhook', () => {
    const token = random(30)
    expect(fromEnv({ REMOTE: `https://${token}@github.com/o/r` })).toContain(token)
    const signed = `https://acme.blob.org/c?sv=2022-11-02&sig=${token}`
    expect(fromEnv({ BLOB_SAS_URL: signed })).toEqual([signed, token])
    const hook = `https://hooks.acme.org/services/T01/B02/${token}`
    expect(fromEnv({ SLACK_WEBHOOK_URL: hook })).toEqual([hook])
  })

  test('the strings of JSON that look like secrets', () => {
    const secret = random(40)
    const env = {
      AZURE_CREDENTIALS: JSON.stringify({
        type: 'service_account',
        project_id: 'my-project-12',
        client_email: 'robot@my-project.iam.gserviceaccount.com',
        auth_uri: 'https://accounts.google.com/o/oauth2/auth',
        nested: { clientSecret: secret, password: `hunter22` }
      })
    }
    expect(fromEnv(env)).toEqual([secret, 'hunter22'])
  })

  test('a private key under any name: the whole and its lines, without what other keys share', () => {
    const key = fakeKey('OPENSSH PRIVATE KEY').replace(
      '\n',
      `\n${'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ'.padEnd(70, 'A')}\n`
    )
    const values = fromEnv({ DEPLOY: key })
    expect(values[0]).toBe(key)
    expect(values.slice(1)).toEqual(key.split('\n').slice(2, -1))
    // The same with its line feeds written out.
    expect(fromEnv({ DEPLOY: key.replaceAll('\n', '\\n') })).toEqual(values)
  })
})

describe('no secrets', () => {
  test('the environment of a runner', () => {
    const sha = randomBytes(20).toString('hex')
    const env: Env = {
      CI: 'true',
      HOME: '/home/runner',
      USER: 'runner',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      PWD: '/home/runner/work/r/r',
      OLDPWD: '/home/runner/work/r/r/a',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: 'someone-at-work',
      GITHUB_SHA: sha,
      GITHUB_REPOSITORY: 'opentraces/push-action',
      GITHUB_REPOSITORY_OWNER: 'opentraces',
      GITHUB_EVENT_PATH: '/home/runner/work/_temp/_github_workflow/event.json',
      GITHUB_API_URL: 'https://api.github.com',
      RUNNER_TEMP: '/home/runner/work/_temp',
      ACTIONS_ID_TOKEN_REQUEST_URL: `https://run.actions.example.net/${randomBytes(16).toString('hex')}//idtoken?api-version=2.0`,
      ACTIONS_CACHE_URL: `https://cache.actions.example.net/${random(40)}/`,
      ACTIONS_RESULTS_URL: 'https://results.example.net/',
      ACTIONS_ORCHESTRATION_ID: `${randomBytes(16).toString('hex')}.check.ubuntu-latest`,
      ImageOS: 'ubuntu24',
      ImageVersion: '20250105.1.0',
      SSH_AUTH_SOCK: '/tmp/ssh-XXXXabcdef/agent.1234',
      GIT_ASKPASS: '/opt/askpass.sh',
      GIT_AUTHOR_NAME: 'Some One With 1 Name',
      GIT_AUTHOR_EMAIL: 'someone7@acme.org',
      XAUTHORITY: '/run/user/1001/gdm/Xauthority',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1001/bus',
      INVOCATION_ID: randomBytes(16).toString('hex'),
      JOURNAL_STREAM: '8:12345',
      JAVA_HOME_17_X64: '/usr/lib/jvm/temurin-17-jdk-amd64',
      TOKENIZERS_PARALLELISM: 'false',
      MAX_TOKENS: '100000000',
      NODE_AUTH_TOKEN: 'XXXXX-XXXXX-XXXXX-XXXXX',
      GPG_KEY: randomBytes(20).toString('hex').toUpperCase(),
      PYTHON_SHA256: randomBytes(32).toString('hex'),
      CACHE_KEY: `Linux-node-${randomBytes(32).toString('hex')}`,
      BUILD_KEY: sha,
      SSH_PUBLIC_KEY: `ssh-ed25519 AAAA${random(60)} me@here`,
      GOOGLE_APPLICATION_CREDENTIALS: `/home/runner/work/r/r/gha-creds-${randomBytes(8).toString('hex')}.json`,
      CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: `/github/workspace/gha-creds-${randomBytes(8).toString('hex')}.json`,
      AUTH_PROVIDER: 'github-actions-oidc2',
      TOKEN_URL: 'https://login.acme.org/oauth2/v2.0/token',
      SECRET_NAME: `projects/12/secrets/${random(12)}`,
      AWS_REGION_SECRET: 'us-east-1',
      KEY: 'read-write-access',
      DEPLOY_KEY: '${{ secrets.DEPLOY_KEY }}',
      API_KEY: '$OPENAI_API_KEY',
      API_TOKEN: 'your-api-token-here',
      POSTGRES_PASSWORD: 'postgres',
      MYSQL_ROOT_PASSWORD: 'my-secret-pw',
      REDIS_PASSWORD: 'password123',
      TEST_PASSWORD: '********',
      APP_SECRET: 'production',
      APP_TOKEN: '12345678',
      DATABASE_URL: 'postgres://postgres:postgres@localhost:5432/test',
      HTTP_PROXY: 'http://proxy.acme.org:3128',
      REPO_KEY_REMOTE: 'ssh://git@github.com/o/r.git',
      SHORT_TOKEN: 'a1b2c3d',
      'INPUT_LLM-MAX-TOKENS': '1000000',
      'INPUT_HF-TOKEN': random(30),
      MISSING_TOKEN: undefined,
      EMPTY_TOKEN: ''
    }
    expect(knownValues({ inputs: {}, env })).toEqual([])
  })

  test('certificates and public keys', () => {
    const env = { TLS_SECRET: fakeKey('CERTIFICATE'), SIGNING_KEY: fakeKey('PUBLIC KEY') }
    expect(fromEnv(env)).toEqual([])
  })
})

describe('inputs', () => {
  test('come first, by their names, each value once', () => {
    const [token, key] = [random(30), random(30)] as const
    const inputs = { 'hf-token': token, 'llm-api-key': 'lm-studio', 'github-token': undefined, 'known-secrets': key }
    expect(knownValues({ inputs, env: { HF_TOKEN: token, OTHER_TOKEN: key } })).toEqual([
      { name: 'hf-token', value: token },
      { name: 'known-secrets line 1', value: key }
    ])
  })

  test('a listed value counts as it is, from four characters', () => {
    expect(fromList('\n  acme \r\n\nproduction\n/home/x\nabc\n')).toEqual([
      { name: 'known-secrets line 2', value: 'acme' },
      { name: 'known-secrets line 4', value: 'production' },
      { name: 'known-secrets line 5', value: '/home/x' }
    ])
  })

  test('a listed key counts as a whole and by its lines, among other values', () => {
    const key = fakeKey('RSA PRIVATE KEY', 2)
    const values = fromList(`first\n${key}\nlast`)
    const [, , one, two, three] = values.map(({ value }) => value)
    expect(values.map(({ name }) => name)).toEqual([
      'known-secrets line 1',
      ...Array<string>(4).fill('known-secrets line 2'),
      'known-secrets line 7'
    ])
    expect(values[1]?.value).toBe(key)
    expect([one, two, three]).toEqual(key.split('\n').slice(1, -1))
  })

  test('JSON of secrets is the strings in it', () => {
    expect(fromList(JSON.stringify({ A: 'acme', B: { C: 'Tr0ub4' }, D: 'x', E: 12345 }, null, 2))).toEqual([
      { name: 'known-secrets', value: 'acme' },
      { name: 'known-secrets', value: 'Tr0ub4' }
    ])
  })
})
