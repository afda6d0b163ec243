import ts from 'typescript';
import { expect, test } from 'vitest';
import { filesIn, read } from '../docs/repository.ts';

const BELOW = 80;

test(`each component, and any other function, is shorter than ${BELOW} lines`, () => {
  const functions = filesIn('src/console', /\.tsx?$/).flatMap(functionsOf);
  expect(functions.length).toBeGreaterThan(1000);
  const long = functions.filter(({ lines }) => lines >= BELOW);
  expect(long.map(({ file, name, lines }) => `${file}: ${name} has ${lines} lines`)).toEqual([]);
});

function functionsOf(file: string) {
  const found: { readonly file: string; readonly name: string; readonly lines: number }[] = [];
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const lines = lineAt(node.getEnd()) - lineAt(node.getStart()) + 1;
      found.push({ file, name: node.name?.getText() ?? 'a function', lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
