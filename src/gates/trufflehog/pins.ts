/** The TruffleHog releases that this action downloads, and nothing else. */

/** As release archives name it: `linux_amd64`. */
export type Platform = string

export interface Pin {
  readonly version: string
  /** Lower-case hex SHA-256 of the release archive per platform. */
  readonly sha256: Readonly<Partial<Record<Platform, string>>>
  /** Whether it reads named pipes, or passes over what is no regular file. */
  readonly readsPipes: boolean
}

/**
 * Newest first. The hashes come from the project's own Homebrew tap, whose history dates each of them; those of Windows
 * from the release's checksum file.
 */
export const PINS: readonly Pin[] = [
  {
    version: '3.96.0',
    readsPipes: false,
    sha256: {
      linux_amd64: '7105f1cd6577f058a9e39d0578f1a99c8a1e481e4d3512cd8a09acfe22a0fdc0',
      linux_arm64: '50acd4c7a3b8ebfe5083d8350956057030c44be3515dedd55b45263495c490b2',
      darwin_amd64: 'a30d8f1095e031a81a668e1582f2ed479c3b50476cef86317e0fb74210c33617',
      darwin_arm64: '87478306b95ca2420cfb844b7582383ac60b922e262350a0088e797f328d2e62'
    }
  },
  {
    version: '3.95.9',
    readsPipes: false,
    sha256: {
      linux_amd64: 'f6d1106b85107d79527ed7a5b98b592beadd8b770dc3c9e8c1ad99e1b2cf127e',
      linux_arm64: '9d9c2ec4ea36a089a9c5aaafe1969d176013ddf9f44d68e8cd75291aed8c83ed',
      darwin_amd64: '4306a58d25b85aad7b5fb6f5732df77c50a9161db2746b56e196649072218691',
      darwin_arm64: '944c6ea3a2993a9f808d08107b40e03ba92bc75972876a1ee47d567bfd6fa1b5',
      windows_amd64: '25cc731f678922c870edba49f19c324aa6c8e7190b551c4fbe49d0c4e1c5446a',
      windows_arm64: 'df982afbf72d1c1a125e4871b624b7f959b2f62caa40e4d14bf861fb93c237bb'
    }
  },
  {
    version: '3.92.5',
    readsPipes: true,
    sha256: {
      linux_amd64: '3ab99cd9cc07a1b684a6a71e9b4af24aba1a21a2b92474ef0d23cd2d33f4f664',
      linux_arm64: '1dc9fe31423075b30145f4138d042cb34258a8f981db73c4c91e49ea733f08ca',
      darwin_amd64: '1caa0a2f8fcc9aa6dabe25fe426c68f4a048b010db05367fe549128db129f14a',
      darwin_arm64: '19d8eeff6ac611ca5d44178e785c997f762f83f01b014dcf7d66644daafa877a'
    }
  }
]

/** Where TruffleHog's releases are published; below it `v{version}/{archive}`. */
export const RELEASES = 'https://github.com/trufflesecurity/trufflehog/releases/download'

const SYSTEMS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows'
}
const MACHINES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** The platform's name in release archives; undefined where there are none for it. */
export function platformOf(system: NodeJS.Platform, machine: string): Platform | undefined {
  const os = SYSTEMS[system]
  const arch = MACHINES[machine]
  return os === undefined || arch === undefined ? undefined : `${os}_${arch}`
}

/** The archive's name in a release; `tar.gz` on Windows too. */
export function archiveName(version: string, platform: Platform): string {
  return `trufflehog_${version}_${platform}.tar.gz`
}

/** The one member of an archive that is unpacked. */
export function programName(platform: Platform): string {
  return platform.startsWith('windows') ? 'trufflehog.exe' : 'trufflehog'
}
