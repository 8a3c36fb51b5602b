/**
 * What tokens of each kind look like, written down from the providers' own descriptions, apart from the rules: `{an36}` stands
 * for 36 random characters of an alphabet.
 */
import { randomFillSync } from 'node:crypto'

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const ALPHABETS: Readonly<Record<string, string>> = {
  an: LOWER + UPPER + DIGITS,
  al: LOWER + UPPER,
  url: `${LOWER}${UPPER}${DIGITS}-_`,
  x: `${LOWER}${UPPER}${DIGITS}+/`,
  hex: `${DIGITS}abcdef`,
  low: LOWER + DIGITS,
  up: UPPER + DIGITS,
  dig: '123456789',
  bech: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'
}

const POOL = new Uint32Array(4096)
let used = POOL.length

/** Evenly, because 2^32 is large. */
export function below(n: number): number {
  if (used === POOL.length) {
    randomFillSync(POOL)
    used = 0
  }
  return POOL[used++]! % n
}

export function random(length: number, alphabet: string): string {
  const characters = ALPHABETS[alphabet]!
  let text = ''
  for (let i = 0; i < length; i++) text += characters.charAt(below(characters.length))
  return text
}

/** A new token of a format. */
export function fake(format: string): string {
  return format.replace(/\{([a-z]+)(\d+)\}/g, (_, name: string, length: string) => random(Number(length), name))
}

/** Rule, format. */
export const FORMATS: readonly (readonly [rule: string, format: string])[] = [
  ['github-token', 'ghp_{an36}'],
  ['github-token', 'gho_{an36}'],
  ['github-token', 'ghs_{an36}'],
  ['github-token', 'github_pat_{an22}_{an59}'],
  ['gitlab-token', 'glpat-{url20}'],
  ['gitlab-token', 'glrt-t1_{url20}'],
  ['gitlab-token', 'GR1348941{url20}'],
  ['bitbucket-token', 'ATBB{an32}'],
  ['atlassian-token', 'ATATT3xFfGF0{url180}'],
  ['npm-token', 'npm_{an36}'],
  ['pypi-token', 'pypi-AgEIcHlwaS5vcmc{url160}'],
  ['rubygems-token', 'rubygems_{hex48}'],
  ['crates-token', 'cio{an32}'],
  ['nuget-token', 'oy2{low43}'],
  ['docker-token', 'dckr_pat_{url27}'],
  ['artifactory-token', 'AKCp8{an68}'],
  ['sonar-token', 'squ_{hex40}'],
  ['circleci-token', 'CCIPAT_{an22}_{hex40}'],
  ['buildkite-token', 'bkua_{hex40}'],
  ['postman-token', 'PMAK-{hex24}-{hex34}'],
  ['huggingface-token', 'hf_{al34}'],
  ['huggingface-token', 'api_org_{al34}'],
  ['openai-key', 'sk-proj-{url74}T3BlbkFJ{url74}'],
  ['openai-key', 'sk-svcacct-{url74}T3BlbkFJ{url74}'],
  ['openai-key', 'sk-admin-{url58}T3BlbkFJ{url58}'],
  ['openai-key', 'sk-{an20}T3BlbkFJ{an20}'],
  ['model-provider-key', 'sk-{hex32}'],
  ['model-provider-key', 'sk-{an48}'],
  ['anthropic-key', 'sk-ant-api03-{url93}AA'],
  ['anthropic-key', 'sk-ant-oat01-{url93}AA'],
  ['anthropic-key', 'sk-ant-admin01-{url93}AA'],
  ['openrouter-key', 'sk-or-v1-{hex64}'],
  ['groq-key', 'gsk_{an52}'],
  ['xai-key', 'xai-{an80}'],
  ['replicate-key', 'r8_{an37}'],
  ['perplexity-key', 'pplx-{an48}'],
  ['together-key', 'tgp_v1_{url43}'],
  ['fireworks-key', 'fw_{an24}'],
  ['nvidia-key', 'nvapi-{url64}'],
  ['cerebras-key', 'csk-{low48}'],
  ['tavily-key', 'tvly-dev-{an32}'],
  ['langsmith-key', 'lsv2_pt_{hex32}_{hex10}'],
  ['pinecone-key', 'pcsk_{an5}_{an63}'],
  ['elevenlabs-key', 'sk_{hex48}'],
  ['aws-key-id', 'AKIA{up16}'],
  ['aws-key-id', 'ASIA{up16}'],
  ['aws-secret-key', 'aws_secret_access_key = {x40}'],
  ['aws-secret-key', '"SecretAccessKey": "{x40}"'],
  ['aws-secret-key', 'AWS_SECRET_ACCESS_KEY={x40}'],
  ['google-api-key', 'AIzaSy{url33}'],
  ['google-client-secret', 'GOCSPX-{url28}'],
  ['google-access-token', 'ya29.a0{url160}'],
  ['google-refresh-token', '1//0{url98}'],
  ['azure-storage-key', 'AccountKey={x86}=='],
  ['azure-client-secret', '{an3}8Q~{url34}'],
  ['azure-sas', 'https://acme.blob.core.windows.net/c?sv=2024-01-01&sig={an43}%3D'],
  ['azure-devops-token', '{an76}AZDO{an4}'],
  ['digitalocean-token', 'dop_v1_{hex64}'],
  ['heroku-key', 'HRKU-AA{url58}'],
  ['fly-token', 'fm2_{x300}'],
  ['netlify-token', 'nfp_{an36}'],
  ['supabase-token', 'sbp_{hex40}'],
  ['supabase-token', 'sb_secret_{url31}'],
  ['planetscale-token', 'pscale_tkn_{url43}'],
  ['databricks-token', 'dapi{hex32}'],
  ['pulumi-token', 'pul-{hex40}'],
  ['terraform-token', '{an14}.atlasv1.{url67}'],
  ['vault-token', 'hvs.{url90}'],
  ['doppler-token', 'dp.pt.{an43}'],
  ['grafana-token', 'glsa_{an32}_{hex8}'],
  ['new-relic-key', 'NRAK-{up27}'],
  ['sentry-token', 'sntryu_{hex64}'],
  ['age-key', 'AGE-SECRET-KEY-1{bech58}'],
  ['slack-token', 'xoxb-{dig12}-{dig13}-{an24}'],
  ['slack-token', 'xoxp-{dig12}-{dig12}-{dig13}-{hex32}'],
  ['slack-token', 'xapp-1-A{up10}-{dig13}-{hex64}'],
  ['slack-webhook', 'https://hooks.slack.com/services/T{up10}/B{up10}/{an24}'],
  ['stripe-key', 'sk_live_{an24}'],
  ['stripe-key', 'rk_live_{an99}'],
  ['stripe-key', 'sk_test_{an99}'],
  ['webhook-secret', 'whsec_{an32}'],
  ['telegram-token', '{dig10}:AA{url33}'],
  ['telegram-token', '{dig8}:AA{url33}'],
  ['discord-webhook', 'https://discord.com/api/webhooks/{dig19}/{url68}'],
  ['twilio-key', 'SK{hex32}'],
  ['mailgun-key', 'key-{hex32}'],
  ['sendgrid-key', 'SG.{url22}.{url43}'],
  ['mailchimp-key', '{hex32}-us12'],
  ['shopify-token', 'shpat_{hex32}'],
  ['square-token', 'sq0atp-{url22}'],
  ['square-token', 'EAAA{url60}'],
  ['braintree-token', 'access_token$production${low16}${hex32}'],
  ['linear-key', 'lin_api_{an40}'],
  ['notion-token', 'ntn_{an46}'],
  ['figma-token', 'figd_{url40}'],
  ['airtable-token', 'pat{an14}.{hex64}'],
  ['brevo-key', 'xkeysib-{hex64}-{an16}'],
  ['datadog-key', 'DD_API_KEY={hex32}'],
  ['wandb-key', 'WANDB_API_KEY={hex40}'],
  ['twilio-token', 'TWILIO_AUTH_TOKEN: {hex32}'],
  ['url-password', 'postgres://app:{an18}@db.internal-corp.net:5432/prod'],
  ['url-password', 'redis://:{an24}@cache.internal-corp.net:6379'],
  ['npm-token', '//registry.internal-corp.net/:_authToken={url40}']
]
