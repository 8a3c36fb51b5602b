/** Keys of clouds, platforms, databases and what watches over them. AWS has a reader of its own: `aws.ts`. */
import type { TokenKind } from '../rule.js'

const FIGURES = Array.from('0123456789')

export const cloudKinds: readonly TokenKind[] = [
  { id: 'google-api-key', provider: 'Google', landmarks: ['AIza'], shape: /AIza[\w-]{35}/y, edge: 'blob' },
  { id: 'google-client-secret', provider: 'Google', landmarks: ['GOCSPX-'], shape: /GOCSPX-[\w-]{28}/y },
  { id: 'google-access-token', provider: 'Google', landmarks: ['ya29.'], shape: /ya29\.([\w.-]{40,1000})/y },
  {
    id: 'google-refresh-token',
    provider: 'Google',
    landmarks: ['1//0'],
    shape: /1\/\/0[\w-]{38,250}/y,
    edge: 'word'
  },
  {
    id: 'aws-session-token',
    provider: 'AWS',
    landmarks: ['IQoJb3JpZ2lu', 'FwoGZXIvYXdz', 'FQoGZXIvYXdz'],
    shape: /(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/%]{80,4000}={0,2}/y
  },
  {
    id: 'azure-storage-key',
    provider: 'Azure',
    landmarks: ['AccountKey'],
    shape: /AccountKey\\*["']?\s{0,2}[=:]\s{0,2}\\*["']?([A-Za-z0-9+/]{86}==)/y
  },
  {
    id: 'azure-access-key',
    provider: 'Azure',
    landmarks: ['SharedAccessKey'],
    shape: /SharedAccessKey\\*["']?\s{0,2}[=:]\s{0,2}\\*["']?([A-Za-z0-9+/]{43}=)/y
  },
  {
    id: 'azure-sas',
    provider: 'Azure',
    landmarks: ['&sig=', '?sig=', 'u0026sig='],
    shape: /(?:[&?]|u0026)sig=((?:[A-Za-z0-9+/_-]|%[0-9A-Fa-f]{2}){42,90}={0,2})/y
  },
  {
    id: 'azure-client-secret',
    provider: 'Azure',
    landmarks: FIGURES.map((figure) => `${figure}Q~`),
    shape: /[\w~.-]{3}\dQ~([\w~.-]{31,34})/y,
    lead: 3
  },
  {
    id: 'azure-devops-token',
    provider: 'Azure',
    landmarks: ['AZDO'],
    shape: /[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}/y,
    lead: 76,
    edge: 'blob'
  },
  {
    id: 'azure-service-key',
    provider: 'Azure',
    landmarks: ['JQQJ99'],
    shape: /[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}/y,
    lead: 52,
    edge: 'blob'
  },
  {
    id: 'digitalocean-token',
    provider: 'DigitalOcean',
    landmarks: ['dop_v1_', 'doo_v1_', 'dor_v1_'],
    shape: /do[opr]_v1_[a-f0-9]{64}/y
  },
  { id: 'heroku-key', provider: 'Heroku', landmarks: ['HRKU-'], shape: /HRKU-[\w-]{36,80}/y },
  {
    id: 'fly-token',
    provider: 'Fly.io',
    landmarks: ['fm1r_', 'fm1a_', 'fm2_'],
    shape: /fm(?:1[ar]|2)_[A-Za-z0-9+/]{80,2000}={0,2}/y
  },
  { id: 'fly-token', provider: 'Fly.io', landmarks: ['fo1_'], shape: /fo1_[\w-]{43}/y },
  { id: 'netlify-token', provider: 'Netlify', landmarks: ['nfp_'], shape: /nfp_[A-Za-z0-9]{36,40}/y },
  { id: 'render-key', provider: 'Render', landmarks: ['rnd_'], shape: /rnd_[A-Za-z0-9]{28,36}/y, edge: 'word' },
  {
    id: 'alibaba-key-id',
    provider: 'Alibaba Cloud',
    landmarks: ['LTAI'],
    shape: /LTAI[A-Za-z0-9]{16,20}/y,
    edge: 'word'
  },
  { id: 'supabase-token', provider: 'Supabase', landmarks: ['sbp_'], shape: /sbp_(?:v0_)?[a-f0-9]{40}/y },
  { id: 'supabase-token', provider: 'Supabase', landmarks: ['sb_secret_'], shape: /sb_secret_[\w-]{22,64}/y },
  {
    id: 'planetscale-token',
    provider: 'PlanetScale',
    landmarks: ['pscale_'],
    shape: /pscale_(?:tkn|pw|oauth)_([\w.=-]{32,64})/y
  },
  { id: 'neon-key', provider: 'Neon', landmarks: ['napi_'], shape: /napi_[a-z0-9]{64}/y },
  { id: 'aiven-password', provider: 'Aiven', landmarks: ['AVNS_'], shape: /AVNS_[\w-]{19}/y },
  { id: 'databricks-token', provider: 'Databricks', landmarks: ['dapi'], shape: /dapi[a-f0-9]{32}/y },
  { id: 'pulumi-token', provider: 'Pulumi', landmarks: ['pul-'], shape: /pul-[a-f0-9]{40}/y },
  {
    id: 'terraform-token',
    provider: 'Terraform Cloud',
    landmarks: ['.atlasv1.'],
    shape: /[A-Za-z0-9]{14}\.atlasv1\.([\w-]{60,80})/y,
    lead: 14
  },
  {
    id: 'vault-token',
    provider: 'Vault',
    landmarks: ['hvs.', 'hvb.', 'hvr.'],
    shape: /hv[sbr]\.[\w-]{24,300}/y
  },
  {
    id: 'doppler-token',
    provider: 'Doppler',
    landmarks: ['dp.pt.', 'dp.st.', 'dp.sa.', 'dp.ct.', 'dp.scim.', 'dp.audit.'],
    shape: /dp\.(?:pt|st|sa|ct|scim|audit)\.(?:[\w-]{2,35}\.)?([A-Za-z0-9]{40,44})/y
  },
  {
    id: 'grafana-token',
    provider: 'Grafana',
    landmarks: ['glsa_'],
    shape: /glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}/y
  },
  { id: 'grafana-token', provider: 'Grafana', landmarks: ['glc_eyJ'], shape: /glc_eyJ[A-Za-z0-9+/]{40,400}={0,2}/y },
  { id: 'new-relic-key', provider: 'New Relic', landmarks: ['NRAK-'], shape: /NRAK-[A-Z0-9]{27}/y },
  {
    id: 'sentry-token',
    provider: 'Sentry',
    landmarks: ['sntrys_eyJ'],
    shape: /sntrys_eyJ[A-Za-z0-9+/]{40,600}={0,2}_([A-Za-z0-9+/]{43})/y
  },
  { id: 'sentry-token', provider: 'Sentry', landmarks: ['sntryu_'], shape: /sntryu_[a-f0-9]{64}/y },
  {
    id: 'dynatrace-token',
    provider: 'Dynatrace',
    landmarks: ['dt0c01.', 'dt0s01.', 'dt0s16.'],
    shape: /dt0[cs]\d\d\.[A-Z0-9]{24}\.([A-Z0-9]{64})/y
  },
  { id: 'posthog-key', provider: 'PostHog', landmarks: ['phx_'], shape: /phx_[A-Za-z0-9]{40,50}/y },
  {
    id: 'tailscale-key',
    provider: 'Tailscale',
    landmarks: ['tskey-'],
    shape: /tskey-[a-z]{3,8}-([A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,50})/y
  },
  { id: '1password-token', provider: '1Password', landmarks: ['ops_eyJ'], shape: /ops_eyJ[\w+/-]{100,2000}={0,2}/y },
  { id: 'openshift-token', provider: 'OpenShift', landmarks: ['sha256~'], shape: /sha256~[\w-]{43}/y },
  {
    id: 'age-key',
    provider: 'age',
    landmarks: ['AGE-SECRET-KEY-'],
    shape: /AGE-SECRET-KEY-(?:PQ-)?1([02-9AC-HJ-NP-Z]{58,120})/y
  }
]
