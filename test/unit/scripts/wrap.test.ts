import { describe, expect, it } from 'vitest';
import { wrapComments, wrapMarkdown } from '../../../scripts/columns/wrap.mjs';

const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');
const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('Markdown', () => {
  it('a paragraph with a long line is filled anew, another one stays as it is', () => {
    const text = `short\nlines\n\n${words(40)}\nand more`;
    const wrapped = wrapMarkdown(text);
    expect(wrapped.startsWith('short\nlines\n\nword')).toBe(true);
    expect(longest(wrapped)).toBe(109);
    expect(wrapped.replace(/\n/g, ' ')).toBe(text.replace(/\n/g, ' '));
  });

  it('an item hangs below its first word', () => {
    const lines = wrapMarkdown(`- ${words(30)}\n10. ${words(30)}`).split('\n');
    expect(lines.map((line) => line.slice(0, 5))).toEqual(['- wor', '  wor', '10. w', '    w']);
  });

  it.each([
    ['a table', `| ${words(40)} |`],
    ['a heading', `# ${words(40)}`],
    ['code', `\`\`\`\n${words(40)}\n\`\`\``],
    ['what has no space', 'x'.repeat(200)],
  ])('%s stays as it is', (_, text) => {
    expect(wrapMarkdown(text)).toBe(text);
  });

  it('no line begins with what would make it a list, and nothing between backticks is torn', () => {
    const wrapped = wrapMarkdown(`${words(21)} xx - ${words(18)} \`npm run bench -- frames\` ${words(8)}`);
    expect(wrapped).not.toMatch(/^- /m);
    expect(wrapped).toContain('`npm run bench -- frames`');
  });
});

describe('comments', () => {
  it('one line becomes several, indented as it was', () => {
    const lines = wrapComments(`  /** ${words(30)} */\n  code();`).split('\n');
    expect(lines.map((line) => line.slice(0, 8))).toEqual([
      '  /**',
      '   * wor',
      '   * wor',
      '   */',
      '  code()',
    ]);
  });

  it('only the paragraph that is too long changes', () => {
    const text = `/**\n * short\n * lines\n *\n * ${words(30)}\n * @param a it\n */`;
    const wrapped = wrapComments(text);
    expect(wrapped).toContain(' * short\n * lines\n *\n');
    expect(wrapped).toContain('\n * @param a it\n */');
    expect(longest(wrapped)).toBeLessThanOrEqual(110);
  });

  it('line comments are filled, those that tools read are not', () => {
    expect(wrapComments(`// ${words(30)}`).split('\n')).toHaveLength(2);
    const directive = `// biome-ignore lint/x: ${words(30)}`;
    expect(wrapComments(directive)).toBe(directive);
  });

  it('code, and a comment behind it, stay as they are', () => {
    const code = `const text = '/** ${words(40)} */'; // ${words(20)}`;
    expect(wrapComments(code)).toBe(code);
  });

  it('the name of a document and its section stay together', () => {
    const wrapped = wrapComments(`/** ${words(18)} xxxxxx OCPP 1.6 ed. 2 §5.16 ${words(5)} */`);
    expect(wrapped).toContain('OCPP 1.6 ed. 2 §5.16');
  });
});
