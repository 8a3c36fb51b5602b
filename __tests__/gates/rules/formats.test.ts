/** Every kind of token, wherever it stands. */
import { describe, expect, test } from '@jest/globals'
import { findSecrets } from '../../../src/gates/rules/find.js'
import { fake, FORMATS } from './formats.js'

const titled = FORMATS.map(([rule, format]) => [`${rule} ${format}`, rule, format] as const)

describe('recall', () => {
  test.each(titled)('of ten thousand random ones nearly all are found: %s', (_, rule, format) => {
    const tokens = Array.from({ length: 10_000 }, () => fake(format))
    const text = tokens.map((token) => `the ${token}\n`).join('')
    const found = new Set<number>()
    for (const match of findSecrets(text, '')) if (match.rule === rule) found.add(text.lastIndexOf('\n', match.start))
    let at = -1
    const missed = tokens.filter((token) => {
      const start = at
      at += `the ${token}\n`.length
      return !found.has(start)
    })
    // By chance, one in tens of thousands has too few different characters, or looks like a sequence: a placeholder's marks.
    expect(missed.length).toBeLessThanOrEqual(4)
  })

  // Known by their surroundings, or by standing alone.
  const free = new Set([
    ...['crates-token', 'nuget-token', 'model-provider-key', 'elevenlabs-key', 'google-refresh-token', 'mailgun-key'],
    ...['twilio-key', 'mailchimp-key', 'azure-client-secret', 'azure-devops-token', 'terraform-token', 'telegram-token']
  ])
  const glueable = titled.filter(([, rule, format]) => !free.has(rule) && !/[ =:]/.test(format))

  test.each(glueable)('glued to a word: %s', (_, rule, format) => {
    for (let i = 0; i < 100; i++) {
      const token = fake(format)
      for (const text of [`token${token}`, `__${token}`, `line\\n${token} end`, `a\u00e9${token}\u3002`]) {
        const [match] = findSecrets(text, '')
        expect([text, match?.rule]).toEqual([text, rule])
        expect(match!.start).toBe(text.indexOf(token))
        expect(match!.value.startsWith(token)).toBe(true)
      }
    }
  })

  test.each(titled.filter(([, rule]) => free.has(rule)))('behind the letter of an escape: %s', (_, rule, format) => {
    const token = fake(format)
    expect(findSecrets(`name\\n${token}\\n`, '').map((match) => match.rule)).toEqual([rule])
    expect(findSecrets(`"${token}"`, '').map((match) => match.value)).toEqual([token])
  })
})

describe('precision', () => {
  const RANDOM_PART = /\{([a-z]+)(\d+)\}/g
  const written: [string, (name: string, length: number) => string][] = [
    ['x', (_, length) => 'x'.repeat(length)],
    ['X', (_, length) => 'X'.repeat(length)],
    ['zero', (_, length) => '0'.repeat(length)],
    ['dots', (_, length) => '.'.repeat(length)],
    ['stars', (_, length) => '*'.repeat(length)],
    ['a sequence', (_, length) => 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(9).slice(0, length)],
    ['figures', (_, length) => '1234567890'.repeat(40).slice(0, length)],
    ['figures and letters', (_, length) => '1234567890abcdef'.repeat(40).slice(0, length)],
    ['groups', (_, length) => 'abc123def456ghi789jkl012mno345pqr678stu901'.repeat(9).slice(0, length)],
    ['words', (_, length) => 'YourTokenGoesHereReplaceItWithTheRealValue'.repeat(9).slice(0, length)],
    ['words of small letters', (_, length) => 'yourtokengoesherereplaceitwiththerealvalue'.repeat(9).slice(0, length)],
    ['a template', () => '${TOKEN}'],
    ['an angle', () => '<token>'],
    ['nothing', () => '']
  ]

  test.each(written)('placeholders of all kinds are none: %s', (_, fill) => {
    const texts = FORMATS.map(([, format]) =>
      format.replace(RANDOM_PART, (_all, name: string, n: string) => fill(name, Number(n)))
    )
    expect(texts.flatMap((text) => findSecrets(`a ${text} b`, '').map(({ rule }) => [rule, text]))).toEqual([])
  })

  test('what has a prefix and no key', () => {
    const texts = [
      'hf_your_token_here ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-... sk-proj-... npm_config_registry_and_more_of_these_settings',
      'task-0a1b2c3d-and-more-risk-assessment-of-the-desk-manager-disk-usage-statistics',
      'AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'if (token.startsWith("ghp_") || token.startsWith("github_pat_")) {',
      'const apiKey = process.env.OPENAI_API_KEY ?? config.openAiApiKeyFromSettings',
      'token: ${{ secrets.GITHUB_TOKEN }}\npassword: {{ vault_database_password }}',
      'self.token = self.tokenizer.convert_tokens_to_ids(self.special_tokens_map)',
      'secretName: my-application-database-credentials-prod-2024-v2'
    ]
    expect(texts.flatMap((text) => findSecrets(text, ''))).toEqual([])
  })
})
