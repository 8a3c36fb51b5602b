/** What a family of disguises is to the reader of views. */
import type { Rewritten } from './rewrite.js'
import type { Sweep } from './sweep.js'

/** Takes a disguise off where it stands; the rest of the text stays as it is. */
export interface Family {
  /** For people. */
  readonly how: string
  /** Bits of `Sign`, at least one of which a text with this disguise has. */
  readonly signs: number
  /** Whether no other guess is worth a try on what it makes of a text, before a decoder has found something in it. */
  readonly last?: boolean
  /**
   * @param sweep of this text
   * @returns undefined where nothing is disguised in this way
   */
  apply(text: string, sweep: Sweep, room: Room): Rewritten | undefined
}

/** How much the readings of a text may still grow. */
export interface Room {
  /** UTF-16 units; 0 once something was refused. */
  left(): number
  /** Counts what was unpacked. */
  unpacked(length: number): void
  /** Leaves something unread because it would grow too large. */
  refuse(): void
}
