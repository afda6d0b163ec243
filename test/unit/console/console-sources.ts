import ts from 'typescript';
import { german } from '../../../src/console/words/german/words.ts';
import { filesIn, read } from '../docs/repository.ts';

const CONSOLE = 'src/console';
const SAYS = new Set(['t', 'rich', 'plural']);

export const sources: readonly ts.SourceFile[] = filesIn(CONSOLE, /\.tsx?$/)
  .filter((file) => !file.startsWith(`${CONSOLE}/words/`) && !file.endsWith('.d.ts'))
  .map((file) => ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true));

/** Attributes and members whose value is shown or read out. */
const SHOWN = new Set(
  'aria-label data-label alt title placeholder label short heading hint note unit what more word submit close none start danger waiting reached cell show order sum'.split(
    ' ',
  ),
);
/** Attributes whose value nobody reads. */
const UNSEEN = new Set(
  'class d viewBox points transform style href path list sizes stroke-linecap'.split(' '),
);
/** What is the same in every language: names, units, and what others have given a name. */
const NAMES =
  /^(Farad|ClickHouse|Authorize|SQL|JSON|CSV|NDJSON|Parquet|PEM|UTC|API|[µm]?s|min|h|d|[kM]?Wh?|A|V|MiB|SoC|L[123]|idTag|on|off)$/;
/** As the standard writes it: `StopTransaction`, `connectorId`; and what is no word at all. */
const AS_WRITTEN =
  /^([a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z0-9-]{2,}|[\W\d_]*|\d+ (s|µs|kW)|-----BEGIN .*|https?:\/\/|\/\w+|[a-z]+(\.\w+)+|SELECT .*|\d+px .*)$/s;

function isWord(text: string): boolean {
  const trimmed = text.trim();
  return /\p{L}{2}/u.test(trimmed) && !NAMES.test(trimmed) && !AS_WRITTEN.test(trimmed);
}

/** Texts of a file that people see and that no catalogue knows, with the line of each. */
export function strayTexts(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const note = (node: ts.Node, text: string) => {
    // Constants hold texts that are said where they are shown.
    if (text in german && !isInElement(node)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${source.fileName}:${line + 1}: ${text.trim().replace(/\s+/g, ' ')}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) {
      if (isWord(node.text.replace(/&\w+;/g, ''))) note(node, node.text);
    } else if (ts.isTemplateExpression(node)) {
      const words = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].filter(isWord);
      const shown = isShown(node) ? words.length > 0 : words.some(isProse);
      if (shown && !isUnseen(node)) note(node, node.getText());
    } else if (ts.isStringLiteralLike(node) && isWord(node.text) && !isUnseen(node)) {
      if (isShown(node) || isProse(node.text)) note(node, node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isProse(text: string): boolean {
  return /\p{L}{2,}[,:]? \p{L}{2,}/u.test(text);
}

/** Whether a text stands where people read: in an element, or in a member that is shown. */
function isShown(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isJsxExpression(parent)) return ts.isJsxAttribute(parent.parent) ? isShown(parent) : true;
  if (ts.isJsxAttribute(parent)) return SHOWN.has(parent.name.getText());
  if (ts.isPropertyAssignment(parent)) {
    const name = parent.name.getText();
    return parent.initializer === node && name !== 'what' && name !== 'order' && SHOWN.has(name);
  }
  if (ts.isConditionalExpression(parent)) return parent.condition !== node && isShown(parent);
  if (ts.isBinaryExpression(parent))
    return /^(&&|\|\||\?\?)$/.test(parent.operatorToken.getText()) && isShown(parent);
  if (ts.isArrowFunction(parent)) return parent.body === node && isShown(parent);
  return ts.isParenthesizedExpression(parent) && isShown(parent);
}

/** Whether a text is shown as it stands there. Headings by which lists are sorted say theirs themselves. */
function isInElement(node: ts.Node): boolean {
  if (ts.isJsxText(node)) return true;
  for (let at = node.parent; ts.isExpression(at) || ts.isJsxAttribute(at); at = at.parent) {
    if (ts.isCallExpression(at) || ts.isObjectLiteralExpression(at)) return false;
    if (ts.isJsxAttribute(at)) return isShown(node) && at.parent.parent.tagName.getText() !== 'SortHeader';
    if (ts.isJsxExpression(at) && !ts.isJsxAttribute(at.parent)) return isShown(node);
  }
  return false;
}

/** Whether a text is for the machine, or for whoever mends the console. */
function isUnseen(node: ts.Node): boolean {
  for (let at = node; at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    if (ts.isImportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true;
    if (ts.isJsxAttribute(parent)) return UNSEEN.has(parent.name.getText());
    if (ts.isNewExpression(parent)) return /Error$|Channel$/.test(parent.expression.getText());
    if (ts.isCallExpression(parent)) {
      const called = parent.expression.getText();
      if (/^console\.|querySelector|matchMedia|closest$|addEventListener/.test(called)) return true;
      if (SAYS.has(called)) return true;
    }
    if (ts.isStatement(parent)) return false;
  }
  return false;
}

/** Every text of the sources: what they say is among them, however it came to be said. */
export function textsOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Texts that a file says, as far as that can be seen: words of code look like small words of people. */
export function saidBy(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      const { parent } = node;
      const isCall = ts.isCallExpression(parent) && SAYS.has(parent.expression.getText());
      // The singular of a plural is no key.
      const isSaid = isCall && (parent.arguments[2] ?? parent.arguments[0]) === node;
      if (isSaid || !/^[a-z]+$/.test(node.text)) found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Places that say something once and for all, before the language is known. */
export function saidTooEarly(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isCallExpression(node) && SAYS.has(node.expression.getText()))
      found.push(`${source.fileName}: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Files that a file imports, itself among them; nothing of what `isBeyond` leads on. */
export function reachedFrom(root: string, isBeyond: (file: string) => boolean): Set<string> {
  const byName = new Map(sources.map((source) => [source.fileName, source]));
  const reached = new Set<string>();
  const enter = (file: string): void => {
    const source = byName.get(file);
    if (!source || reached.has(file) || isBeyond(file)) return;
    reached.add(file);
    for (const statement of source.statements) {
      if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue;
      const name = (statement.moduleSpecifier as ts.StringLiteral).text;
      if (name.startsWith('.')) enter(new URL(name, `file:///${file}`).pathname.slice(1));
    }
  };
  enter(root);
  return reached;
}
