const TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A text of the API in pieces: the times in it (RFC 3339), and what stands between them. */
export function timesInText(text: string): readonly (string | { readonly at: string })[] {
  return text
    .split(TIME)
    .map((piece) => (TIME.test(piece) && !Number.isNaN(Date.parse(piece)) ? { at: piece } : piece))
    .filter((piece) => piece !== '');
}
