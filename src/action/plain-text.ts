/** Text that we did not write ourselves, made safe for one line of a log. */

// Control characters drive terminals, and bidirectional ones make a line read other than it is.
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** With line ends as `\n` and every other control or direction character but the tab as U+FFFD. */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL, '\uFFFD')
}

/** In double quotes, on one line, cut after `most` code points. */
export function quoted(text: string, most = 80): string {
  const points = Array.from(text)
  const cut = points.length > most ? `${points.slice(0, most).join('')}…` : text
  return JSON.stringify(withoutControls(cut)).replace(/[\u2028\u2029]/g, '\uFFFD')
}
