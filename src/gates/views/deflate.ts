/** Deflate (RFC 1951) without a frame, told from other bytes by its first block. */

/** Symbols of fixed codes that are looked at. */
const LITERALS = 4
/** Order in which the lengths of the code for code lengths come does not matter here: only whether they make a full code. */
const FULL = 1 << 7

/** Whether some bytes may begin a deflate stream that is its own last block, as that of a short text is. */
export function mayBeDeflate(length: number, at: (position: number) => number): boolean {
  if (length < 18) return false
  const kind = at(0) & 7
  if (kind === 3) return fixed(at)
  return kind === 5 && dynamic(at)
}

/** Bits from the lowest of the first byte on. */
function bit(at: (position: number) => number, position: number): number {
  return (at(position >> 3) >> (position & 7)) & 1
}

/** The first symbols of a text are characters: there is nothing yet that could repeat. */
function fixed(at: (position: number) => number): boolean {
  for (let symbol = 0; symbol < LITERALS; symbol++) {
    let code = 0
    for (let i = 0; i < 8; i++) code = (code << 1) | bit(at, 3 + symbol * 8 + i)
    const literal = code - 0x30
    if (literal !== 9 && literal !== 10 && literal !== 13 && (literal < 32 || literal > 126)) return false
  }
  return true
}

/** The code for the code lengths uses up all its room, which chance hardly does. */
function dynamic(at: (position: number) => number): boolean {
  const number = (from: number, bits: number): number => {
    let value = 0
    for (let i = 0; i < bits; i++) value |= bit(at, from + i) << i
    return value
  }
  if (number(3, 5) > 29 || number(8, 5) > 29) return false
  let used = 0
  for (let i = 0, count = number(13, 4) + 4; i < count; i++) {
    const size = number(17 + 3 * i, 3)
    if (size > 0) used += FULL >> size
  }
  return used === FULL
}
