/** Reading backwards, which regular expressions cannot do in a time that grows with the length only. */

/** A set of ASCII characters, written as in the brackets of a regular expression. */
export function asciiSet(chars: string): Uint8Array {
  const one = new RegExp(`^[${chars}]$`)
  return Uint8Array.from({ length: 128 }, (_, code) => (one.test(String.fromCharCode(code)) ? 1 : 0))
}

/** Where the run of these characters begins that ends at `end`; at most `longest` of them. */
export function startOfRun(text: string, end: number, chars: Uint8Array, longest: number): number {
  let start = end
  while (start > 0 && end - start < longest && chars[text.charCodeAt(start - 1)] === 1) start--
  return start
}
