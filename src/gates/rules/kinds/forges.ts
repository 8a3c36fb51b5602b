/** Tokens of code hosting, package registries and build services. */
import type { TokenKind } from '../rule.js'

export const forgeKinds: readonly TokenKind[] = [
  {
    id: 'github-token',
    provider: 'GitHub',
    landmarks: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    shape: /gh[pousr]_[A-Za-z0-9]{36,251}/y
  },
  {
    id: 'github-token',
    provider: 'GitHub',
    landmarks: ['github_pat_'],
    shape: /github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}/y
  },
  {
    id: 'gitlab-token',
    provider: 'GitLab',
    landmarks: [
      'glpat-',
      'gldt-',
      'glrt-',
      'glrtr-',
      'glft-',
      'glsoat-',
      'glimt-',
      'glagent-',
      'glptt-',
      'glcbt-',
      'gloas-',
      'glffct-',
      'glwt-'
    ],
    shape: /gl[a-z]{2,5}-(?:t\d_)?([\w-]{20,150})(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?/y
  },
  {
    id: 'gitlab-token',
    provider: 'GitLab',
    landmarks: ['GR1348941'],
    shape: /GR1348941[\w-]{20}/y
  },
  {
    id: 'bitbucket-token',
    provider: 'Bitbucket',
    landmarks: ['ATBB'],
    shape: /ATBB[A-Za-z0-9]{24,40}/y,
    edge: 'blob'
  },
  {
    id: 'atlassian-token',
    provider: 'Atlassian',
    landmarks: ['ATATT3', 'ATCTT3', 'ATSTT3'],
    shape: /AT[ACS]TT3[\w-]{40,400}={0,2}(?:[0-9A-F]{8})?/y
  },
  { id: 'npm-token', provider: 'npm', landmarks: ['npm_'], shape: /npm_[A-Za-z0-9]{36}/y },
  {
    id: 'npm-token',
    provider: 'npm',
    landmarks: ['_authToken'],
    shape: /_authToken\s?=\s?["']?([\w+/=.-]{20,400})/y
  },
  {
    id: 'pypi-token',
    provider: 'PyPI',
    landmarks: ['pypi-AgE'],
    shape: /pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZ)?([\w-]{50,1000})/y
  },
  { id: 'rubygems-token', provider: 'RubyGems', landmarks: ['rubygems_'], shape: /rubygems_[a-f0-9]{48}/y },
  { id: 'crates-token', provider: 'crates.io', landmarks: ['cio'], shape: /cio[A-Za-z0-9]{32}/y, edge: 'word' },
  { id: 'nuget-token', provider: 'NuGet', landmarks: ['oy2'], shape: /oy2[a-z0-9]{43}/y, edge: 'word' },
  {
    id: 'docker-token',
    provider: 'Docker Hub',
    landmarks: ['dckr_pat_', 'dckr_oat_'],
    shape: /dckr_[po]at_([\w-]{24,64})/y
  },
  {
    id: 'artifactory-token',
    provider: 'Artifactory',
    landmarks: ['AKCp'],
    shape: /AKCp[A-Za-z0-9]{69}/y,
    edge: 'blob'
  },
  {
    id: 'sonar-token',
    provider: 'Sonar',
    landmarks: ['squ_', 'sqp_', 'sqa_'],
    shape: /sq[upa]_[a-f0-9]{40}/y
  },
  {
    id: 'circleci-token',
    provider: 'CircleCI',
    landmarks: ['CCIPAT_', 'CCIPRJ_'],
    shape: /CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}/y
  },
  { id: 'buildkite-token', provider: 'Buildkite', landmarks: ['bkua_'], shape: /bkua_[a-f0-9]{40}/y },
  { id: 'prefect-token', provider: 'Prefect', landmarks: ['pnu_'], shape: /pnu_[A-Za-z0-9]{36}/y },
  { id: 'postman-token', provider: 'Postman', landmarks: ['PMAK-'], shape: /PMAK-[a-f0-9]{24}-[a-f0-9]{34}/y },
  { id: 'readme-token', provider: 'ReadMe', landmarks: ['rdme_'], shape: /rdme_[a-z0-9]{70}/y }
]
