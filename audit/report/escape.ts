/** Text as XML and HTML hold it. */

/** Code points that XML 1.0 §2.2 has no place for, escaped or not, and halves of surrogate pairs. */
const ILLEGAL = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

export const legal = (text: string): string => text.replaceAll(ILLEGAL, '\u{FFFD}')

/** For the text of an element and for an attribute in double quotes, in XML and HTML alike. */
export const escapeMarkup = (text: string): string =>
  legal(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
