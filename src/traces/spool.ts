/**
 * The lines that may be published, on disk while they are judged: a batch can be larger than the memory. What the gates
 * read here are the bytes that are sent.
 */
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

/** Where a line lies in the spool, in bytes, its line feed not counted. */
export interface SpooledLine {
  readonly offset: number
  readonly length: number
}

/** A file made of spooled lines. */
export interface BuiltFile {
  readonly file: string
  readonly size: number
  /** Hex SHA-256 of the content. */
  readonly sha256: string
  /** Hex SHA-1 of the content as a git blob. */
  readonly gitOid: string
  /** The first 512 bytes, or all of a smaller file. */
  readonly sample: Uint8Array
}

const BUFFER_BYTES = 1024 * 1024
const SAMPLE_BYTES = 512

/** Writes lines one by one. */
export class Spool {
  /** Used again and again: a buffer a line would be garbage faster than it is collected. */
  private buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  private filled = 0
  private size = 0

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle
  ) {}

  /** Creates the file, readable by its owner only. It must not exist. */
  static async create(file: string): Promise<Spool> {
    return new Spool(file, await open(file, 'wx', 0o600))
  }

  async append(line: string): Promise<SpooledLine> {
    // A unit of UTF-16 takes at most three bytes.
    const room = line.length * 3 + 1
    if (this.filled + room > this.buffer.length) await this.flush(room)
    const length = this.buffer.write(line, this.filled, 'utf8')
    this.filled += length
    this.filled += this.buffer.write('\n', this.filled)
    const place = { offset: this.size, length }
    this.size += length + 1
    return place
  }

  async close(): Promise<void> {
    await this.flush(0)
    await this.handle.close()
  }

  /** Writes what is buffered and makes room for a line. */
  private async flush(room: number): Promise<void> {
    await this.handle.writeFile(this.buffer.subarray(0, this.filled))
    this.filled = 0
    const wanted = Math.max(room, BUFFER_BYTES)
    if (wanted !== this.buffer.length) this.buffer = Buffer.allocUnsafe(wanted)
  }
}

/** Copies some lines of a spool, in the order given, into a new file. */
export async function buildFile(spool: string, lines: readonly SpooledLine[], target: string): Promise<BuiltFile> {
  const size = lines.reduce((sum, line) => sum + line.length + 1, 0)
  const sha256 = createHash('sha256')
  const gitOid = createHash('sha1').update(`blob ${String(size)}\0`)
  let sample = Buffer.alloc(0)
  const source = await open(spool, 'r')
  try {
    const sink = await open(target, 'w', 0o600)
    try {
      const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
      for (const [from, to] of runs(lines)) {
        for (let at = from; at < to;) {
          const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, to - at), at)
          if (bytesRead === 0) throw new Error('the spool is shorter than its lines')
          const bytes = buffer.subarray(0, bytesRead)
          sha256.update(bytes)
          gitOid.update(bytes)
          if (sample.length < SAMPLE_BYTES) sample = Buffer.concat([sample, bytes]).subarray(0, SAMPLE_BYTES)
          await sink.writeFile(bytes)
          at += bytesRead
        }
      }
    } finally {
      await sink.close()
    }
  } finally {
    await source.close()
  }
  return { file: target, size, sha256: sha256.digest('hex'), gitOid: gitOid.digest('hex'), sample }
}

/** Neighbouring lines as one byte range each. */
function runs(lines: readonly SpooledLine[]): [from: number, to: number][] {
  const ranges: [number, number][] = []
  for (const { offset, length } of lines) {
    const last = ranges.at(-1)
    if (last?.[1] === offset) last[1] += length + 1
    else ranges.push([offset, offset + length + 1])
  }
  return ranges
}
