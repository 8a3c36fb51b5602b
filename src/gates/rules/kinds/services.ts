/** Tokens of messengers, payment, mail, shops and office services. */
import type { TokenKind } from '../rule.js'

const HEX = Array.from('0123456789abcdef')

/** A bot's token begins with its id in base64; ids begin with two figures, the first no zero. */
const DISCORD_STARTS = Array.from({ length: 90 }, (_, i) => btoa(`${String(i + 10)}0`).slice(0, 3))

export const serviceKinds: readonly TokenKind[] = [
  {
    id: 'slack-token',
    provider: 'Slack',
    landmarks: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxo-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xoxe-'],
    shape: /xox[abcdeoprs]-(?:\d{1,16}-){0,4}([A-Za-z0-9%]{20,300})/y
  },
  {
    id: 'slack-token',
    provider: 'Slack',
    landmarks: ['xapp-'],
    shape: /xapp-\d-[A-Z0-9]{6,16}-\d{6,16}-([a-f0-9]{40,80})/y
  },
  {
    id: 'slack-webhook',
    provider: 'Slack',
    landmarks: ['hooks.slack.com/'],
    shape:
      /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Z0-9]{8,14}\/[A-Z0-9]{8,20}\/(?:\d{10,20}\/)?([A-Za-z0-9]{20,40})/y
  },
  {
    id: 'stripe-key',
    provider: 'Stripe',
    landmarks: ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'sk_org_'],
    shape: /[sr]k_(?:live|test|org)_(?:live_|test_)?([A-Za-z0-9]{24,247})/y,
    // The keys of Stripe's own documentation.
    accept: (token) => !/_(?:4eC39Hq|BQokikJ)/.test(token)
  },
  { id: 'webhook-secret', provider: 'Stripe', landmarks: ['whsec_'], shape: /whsec_[A-Za-z0-9+/]{32,64}={0,2}/y },
  {
    id: 'telegram-token',
    provider: 'Telegram',
    landmarks: [':AA'],
    shape: /\d{8,10}:(AA[\w-]{33})(?![\w-])/y,
    lead: 10,
    leadLeast: 8
  },
  {
    id: 'discord-token',
    provider: 'Discord',
    landmarks: DISCORD_STARTS,
    shape: /[MNO][\w-]{23,27}\.[\w-]{6}\.([\w-]{27,40})/y,
    edge: 'blob'
  },
  { id: 'discord-token', provider: 'Discord', landmarks: ['mfa.'], shape: /mfa\.[\w-]{84}/y },
  {
    id: 'discord-webhook',
    provider: 'Discord',
    landmarks: ['/api/webhooks/'],
    shape: /\/api\/webhooks\/\d{16,20}\/([\w-]{60,80})/y
  },
  {
    id: 'twilio-key',
    provider: 'Twilio',
    landmarks: HEX.map((figure) => `SK${figure}`),
    shape: /SK([a-f0-9]{32})/y,
    edge: 'word'
  },
  { id: 'mailgun-key', provider: 'Mailgun', landmarks: ['key-'], shape: /key-[a-f0-9]{32}/y, edge: 'word' },
  {
    id: 'sendgrid-key',
    provider: 'SendGrid',
    landmarks: ['SG.'],
    shape: /SG\.([\w-]{22}\.[\w-]{43})/y
  },
  {
    id: 'mailchimp-key',
    provider: 'Mailchimp',
    landmarks: ['-us'],
    shape: /([a-f0-9]{32})-us\d{1,2}/y,
    lead: 32,
    edge: 'word'
  },
  {
    id: 'brevo-key',
    provider: 'Brevo',
    landmarks: ['xkeysib-', 'xsmtpsib-'],
    shape: /x(?:key|smtp)sib-([a-f0-9]{64}-[A-Za-z0-9]{16})/y
  },
  {
    id: 'resend-key',
    provider: 'Resend',
    landmarks: ['re_'],
    shape: /re_([A-Za-z0-9]{8}_[A-Za-z0-9]{24})/y,
    edge: 'word'
  },
  {
    id: 'shopify-token',
    provider: 'Shopify',
    landmarks: ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpua_'],
    shape: /shp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32}/y
  },
  {
    id: 'square-token',
    provider: 'Square',
    landmarks: ['sq0atp-', 'sq0csp-', 'sq0idp-'],
    shape: /sq0(?:at|cs|id)p-[\w-]{22,43}/y
  },
  { id: 'square-token', provider: 'Square', landmarks: ['EAAA'], shape: /EAAA[\w-]{60}/y, edge: 'blob' },
  {
    id: 'braintree-token',
    provider: 'Braintree',
    landmarks: ['access_token$'],
    shape: /access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$([a-f0-9]{32})/y
  },
  { id: 'meta-token', provider: 'Meta', landmarks: ['EAA'], shape: /EAA[A-Za-z0-9]{100,400}/y, edge: 'word' },
  {
    id: 'linear-key',
    provider: 'Linear',
    landmarks: ['lin_api_', 'lin_oauth_'],
    shape: /lin_(?:api|oauth)_([A-Za-z0-9]{40,64})/y
  },
  { id: 'notion-token', provider: 'Notion', landmarks: ['ntn_'], shape: /ntn_[A-Za-z0-9]{40,50}/y },
  { id: 'notion-token', provider: 'Notion', landmarks: ['secret_'], shape: /secret_[A-Za-z0-9]{43}/y, edge: 'word' },
  { id: 'figma-token', provider: 'Figma', landmarks: ['figd_', 'figdr_'], shape: /figdr?_([\w-]{36,60})/y },
  {
    id: 'airtable-token',
    provider: 'Airtable',
    landmarks: ['pat'],
    shape: /pat[A-Za-z0-9]{14}\.([a-f0-9]{64})/y
  },
  { id: 'typeform-token', provider: 'Typeform', landmarks: ['tfp_'], shape: /tfp_[\w-]{40,64}/y },
  { id: 'contentful-token', provider: 'Contentful', landmarks: ['CFPAT-'], shape: /CFPAT-[\w-]{43}/y },
  { id: 'dropbox-token', provider: 'Dropbox', landmarks: ['sl.'], shape: /sl\.(?:u\.)?([\w-]{130,1200})/y },
  {
    id: 'hubspot-token',
    provider: 'HubSpot',
    landmarks: ['pat-na', 'pat-eu'],
    shape: /pat-(?:na|eu)\d-([a-f0-9-]{36})/y
  },
  {
    id: 'plaid-token',
    provider: 'Plaid',
    landmarks: ['access-production-'],
    shape: /access-production-[a-f0-9-]{36}/y
  },
  {
    id: 'easypost-key',
    provider: 'EasyPost',
    landmarks: ['EZAK', 'EZTK'],
    shape: /EZ[AT]K[A-Za-z0-9]{54}/y,
    edge: 'blob'
  }
]
