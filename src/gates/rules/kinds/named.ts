/** Keys without a prefix: their form is too common, so that only the provider's name in front of them tells. */

export interface NamedKind {
  readonly id: string
  readonly provider: string
  /** What the name of the variable or header has in it. */
  readonly landmarks: readonly string[]
  /** The key, sticky and to its end. */
  readonly value: RegExp
}

const HEX_32 = /[a-f0-9]{32}(?!\w)/y
const UUID = /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}(?![\w-])/y

export const namedKinds: readonly NamedKind[] = [
  {
    id: 'datadog-key',
    provider: 'Datadog',
    landmarks: [
      'DD_API_KEY',
      'DD_APP_KEY',
      'DD-API-KEY',
      'DD-APPLICATION-KEY',
      'DATADOG_A',
      'datadog_a',
      'dd_api_key',
      'dd_app_key'
    ],
    value: /[a-f0-9]{32}(?:[a-f0-9]{8})?(?!\w)/y
  },
  {
    id: 'cloudflare-token',
    provider: 'Cloudflare',
    landmarks: ['CLOUDFLARE_API', 'CF_API_'],
    value: /[\w-]{37,53}(?![\w-])/y
  },
  { id: 'heroku-key', provider: 'Heroku', landmarks: ['HEROKU_API_KEY', 'heroku_api_key'], value: UUID },
  {
    id: 'twilio-token',
    provider: 'Twilio',
    landmarks: ['TWILIO_AUTH_TOKEN', 'twilio_auth_token', 'TWILIO_TOKEN'],
    value: HEX_32
  },
  {
    id: 'wandb-key',
    provider: 'Weights & Biases',
    landmarks: ['WANDB_API_KEY', 'wandb_api_key'],
    value: /[a-f0-9]{40}(?!\w)/y
  },
  { id: 'azure-openai-key', provider: 'Azure', landmarks: ['AZURE_OPENAI_', 'AZURE_AI_'], value: HEX_32 },
  {
    id: 'paypal-secret',
    provider: 'PayPal',
    landmarks: ['PAYPAL_CLIENT_SECRET', 'PAYPAL_SECRET'],
    value: /E[\w-]{79}(?![\w-])/y
  },
  {
    id: 'mailgun-key',
    provider: 'Mailgun',
    landmarks: ['MAILGUN_'],
    value: /[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}(?![\w-])/y
  },
  {
    id: 'cohere-key',
    provider: 'Cohere',
    landmarks: ['COHERE_API_KEY', 'CO_API_KEY'],
    value: /[A-Za-z0-9]{40}(?!\w)/y
  },
  { id: 'mistral-key', provider: 'Mistral', landmarks: ['MISTRAL_API_KEY'], value: /[A-Za-z0-9]{32}(?!\w)/y }
]
