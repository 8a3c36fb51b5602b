/**
 * TruffleHog's mark for "not a secret", taken out of what it reads: in a trace it is just text, and whoever can put text
 * into a trace could hide a secret with it.
 */
const MARKER = 'trufflehog:ignore'

/** One character as itself or as any of TruffleHog's decoders would read it, NULs of UTF-16 between. */
function spelled(character: string): string {
  const hex = character.charCodeAt(0).toString(16)
  const escaped = `(?:\\\\{1,2}[ux]?\\{?|%u|&#x)0{0,6}${hex}[};]?\\s?`
  return `(?:${character}|${escaped}|U\\+00${hex}.?)\\0?`
}

/** The marker's base64 in each of the three alignments, without the edges that depend on what is around it. */
function base64Forms(): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + MARKER).toString('base64')
    const length = Math.floor(((before + MARKER.length) * 8) / 6)
    return encoded.slice(Math.ceil((before * 8) / 6), length)
  })
}

const SPELLED = new RegExp(Array.from(MARKER, spelled).join(''), 'gi')
const ENCODED = new RegExp(base64Forms().join('|'), 'g')

/** The text without markers in any spelling, as long as before. */
export function neutralise(text: string): string {
  return (
    text
      // Dots end a token in front of the marker, where its letters would have been taken for a part of it.
      .replace(SPELLED, (match) => '.'.repeat(match.length))
      // Zero bits: what remains decodes to ASCII, without which the decoder would not look at it at all.
      .replace(ENCODED, (match) => 'A'.repeat(match.length))
  )
}
