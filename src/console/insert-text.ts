/** A text with something put in, and where the caret then stands. */
export interface Inserted {
  readonly text: string;
  readonly caret: number;
}

/**
 * Puts a word in place of what is selected, with a space between it and its neighbours where they need one.
 */
export function insertWord(text: string, start: number, end: number, word: string): Inserted {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const left = /[\w)`'"]$/.test(before) ? ' ' : '';
  const right = /^[\w`'"]/.test(after) ? ' ' : '';
  return { text: before + left + word + right + after, caret: (before + left + word).length };
}
