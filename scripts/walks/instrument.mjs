import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/**
 * Copies a build, and has every function in the copy name its file to `tracer` (the path of a module that
 * defines `faradEnters`) as soon as it is called. The console is copied as it is: it runs in browsers.
 */
export function instrument(from, to, tracer) {
  cpSync(from, to, { recursive: true });
  for (const name of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js') || name.startsWith('console')) continue;
    const path = join(to, name);
    const file = relative(to, path).replaceAll('\\', '/').replace(/\.js$/, '.ts');
    const text = readFileSync(path, 'utf8');
    const load = `import ${JSON.stringify(pathToFileURL(tracer).href)};\n`;
    const [program = ''] = /^#!.*\n/.exec(text) ?? [];
    writeFileSync(path, program + load + withCalls(text.slice(program.length), file));
  }
}

function withCalls(text, file) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const call = `faradEnters(${JSON.stringify(file)})`;
  const insertions = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const { body } = node;
      if (ts.isBlock(body)) insertions.push([body.getStart() + 1, `${call};`]);
      else insertions.push([body.getStart(), `(${call},`], [body.getEnd(), ')']);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  // From the end, so that places stay right; at one place the outer insertion stays outside.
  insertions.sort(([one], [other]) => other - one);
  let result = text;
  for (const [at, words] of insertions) result = result.slice(0, at) + words + result.slice(at);
  return result;
}
