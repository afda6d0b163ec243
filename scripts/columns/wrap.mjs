/** As `formatter.lineWidth` in biome.json. */
export const COLUMNS = 110;

/** What begins a line of Markdown that is no text: a table, a heading, a quotation, HTML, a reference. */
const NO_TEXT = /^\s*(\||#|>|<|\[[^\]]+\]:)/;
const FENCE = /^\s*(```|~~~)/;
const ITEM = /^(\s*)([-*+]|\d+\.)(\s+)/;
const TAG = /^@\w+/;
/** What must not begin a line: Markdown would take it for something else. */
const UNSAFE_START = /^([-*+|>#=]|\d+\.$|<)/;
/**
 * How the name of a document goes on and begins: `OCPP 1.6 ed. 2 §5.16`, `security whitepaper ed. 3 §2.1`.
 */
const DOCUMENT_GOES_ON = /^(ed\.|§|whitepaper)/;
const DOCUMENT_BEGINS = /\b(OCPP(-J)?|ed\.)$/;
/** Comments that tools read. */
const DIRECTIVE = /^(biome-ignore|@ts-|eslint|istanbul|v8 |c8 |#)/;

/** Returns Markdown with each paragraph and list item filled anew that has a line beyond `COLUMNS`. */
export function wrapMarkdown(text) {
  const lines = text.split('\n');
  const out = [];
  let fenced = false;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (FENCE.test(line)) fenced = !fenced;
    if (fenced || FENCE.test(line) || line.trim() === '' || NO_TEXT.test(line)) {
      out.push(line);
      at++;
      continue;
    }
    const end = endOfParagraph(lines, at);
    out.push(...filled(lines.slice(at, end), ''));
    at = end;
  }
  return out.join('\n');
}

function endOfParagraph(lines, start) {
  let end = start + 1;
  while (end < lines.length) {
    const line = lines[end];
    if (line.trim() === '' || FENCE.test(line) || NO_TEXT.test(line) || ITEM.test(line)) break;
    end++;
  }
  return end;
}

/**
 * Returns TypeScript or JavaScript with each paragraph of a comment filled anew that has a line beyond
 * `COLUMNS`.
 */
export function wrapComments(text) {
  const lines = text.split('\n');
  const out = [];
  for (let at = 0; at < lines.length; ) {
    const end = endOfComment(lines, at);
    if (end === undefined) {
      out.push(lines[at]);
      at++;
      continue;
    }
    const comment = lines.slice(at, end);
    if (comment.every((line) => line.length <= COLUMNS)) out.push(...comment);
    else if (/^\s*\/\*\*/.test(comment[0])) out.push(...wrapBlock(comment));
    else out.push(...wrapLineComments(comment));
    at = end;
  }
  return out.join('\n');
}

/** Where a comment ends that fills whole lines and begins at `start`; undefined where none does. */
function endOfComment(lines, start) {
  const first = lines[start];
  let end = start + 1;
  if (/^\s*\/\/ /.test(first)) {
    const [indent] = /^\s*/.exec(first);
    while (end < lines.length && lines[end].startsWith(`${indent}// `)) end++;
    return end;
  }
  if (!/^\s*\/\*\*/.test(first)) return undefined;
  if (first.includes('*/')) return first.trimEnd().endsWith('*/') ? end : undefined;
  while (end < lines.length && !lines[end].includes('*/')) {
    if (!/^\s*\*( |$)/.test(lines[end])) return undefined;
    end++;
  }
  return end < lines.length && lines[end].trim() === '*/' ? end + 1 : undefined;
}

function wrapBlock(comment) {
  const [indent] = /^\s*/.exec(comment[0]);
  const body =
    comment.length === 1
      ? [comment[0].replace(/^\s*\/\*\*\s?/, '').replace(/\s*\*\/\s*$/, '')]
      : comment.slice(1, -1).map((line) => line.replace(/^\s*\* ?/, ''));
  const opening = comment.length === 1 ? '' : comment[0].replace(/^\s*\/\*\*\s?/, '');
  if (opening !== '') body.unshift(opening);
  const prefix = `${indent} * `;
  const wrapped = [];
  let fenced = false;
  for (let at = 0; at < body.length; ) {
    const line = body[at];
    if (FENCE.test(line)) fenced = !fenced;
    if (fenced || FENCE.test(line) || line.trim() === '' || /^\s*\|/.test(line) || /^\s{3,}/.test(line)) {
      wrapped.push(`${prefix}${line}`.trimEnd());
      at++;
      continue;
    }
    let end = at + 1;
    while (end < body.length && isContinuation(body[end])) end++;
    wrapped.push(...filled(body.slice(at, end), prefix));
    at = end;
  }
  return [`${indent}/**`, ...wrapped, `${indent} */`];
}

function isContinuation(line) {
  return !(
    line.trim() === '' ||
    FENCE.test(line) ||
    ITEM.test(line) ||
    TAG.test(line) ||
    /^\s*\|/.test(line)
  );
}

function wrapLineComments(comment) {
  const [prefix] = /^\s*\/\/ /.exec(comment[0]);
  const body = comment.map((line) => line.slice(prefix.length));
  if (body.some((line) => DIRECTIVE.test(line) || /^\s{2,}/.test(line))) return comment;
  return filled(body, prefix);
}

/** Fills lines of one paragraph, list item or tag anew, where one of them with its prefix is too long. */
function filled(lines, prefix) {
  if (lines.every((line) => prefix.length + line.length <= COLUMNS))
    return lines.map((line) => prefix + line);
  const item = ITEM.exec(lines[0]);
  const lead = item ? item[0] : /^\s*/.exec(lines[0])[0];
  const hanging = item ? ' '.repeat(lead.length) : TAG.test(lines[0]) && prefix !== '' ? '  ' : lead;
  const text = [lines[0].slice(lead.length), ...lines.slice(1)].map((line) => line.trim()).join(' ');
  const out = [];
  let current = prefix + lead;
  let empty = true;
  for (const word of wordsOf(text)) {
    const fits = current.length + (empty ? 0 : 1) + word.length <= COLUMNS;
    if (empty || fits || UNSAFE_START.test(word)) {
      current += empty ? word : ` ${word}`;
    } else {
      out.push(current);
      current = prefix + hanging + word;
    }
    empty = false;
  }
  out.push(current);
  return out;
}

/**
 * The words of a text; what stands between backticks is one of them, and so is the name of a document with
 * its edition and section.
 */
function wordsOf(text) {
  const words = [];
  let open = false;
  for (const piece of text.split(/ +/)) {
    const previous = words.at(-1) ?? '';
    if (open || (DOCUMENT_GOES_ON.test(piece) && /[\w.]$/.test(previous)) || DOCUMENT_BEGINS.test(previous))
      words[words.length - 1] += ` ${piece}`;
    else words.push(piece);
    if ((piece.split('`').length - 1) % 2 === 1) open = !open;
  }
  return words;
}
