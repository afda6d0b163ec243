import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { settings } from '../../src/config/schema.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { filesIn, pages, read } from '../unit/docs/repository.ts';

interface Request {
  readonly command: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

const blocks = pages.flatMap((page) =>
  [...read(page).matchAll(/```(?:bash)?\n([\s\S]*?)```/g)].map(([, block = '']) =>
    block.replaceAll(/\\\n\s*/g, ''),
  ),
);
const requests = blocks.flatMap((block) => block.split('\n')).flatMap(requestOf);

describe('commands in the documents', () => {
  let control: ControlUnderTest;

  beforeAll(async () => {
    control = await startControl();
  });
  afterAll(() => control.close());

  test('are found', () => {
    expect(requests.length).toBeGreaterThan(20);
    expect(requests.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH']),
    );
  });

  test.each(requests)('$command', async ({ method, url, body }) => {
    const answer = await control.send(method, url, body === undefined ? {} : { json: body });
    // Whom or what they are about is not there; that they may be asked so is what counts.
    expect(answer.body?.error?.code ?? 'taken').toMatch(
      /^(taken|unknown_(charge_point|token|transaction)|not_connected|not_ready|engine_unavailable|process_unavailable)$/,
    );
  });
});

describe('names in the documents', () => {
  const texts = pages.filter((page) => !page.startsWith('docs/decisions')).map(read);

  test('commands of farad and scripts of npm exist', () => {
    const known = new Set(commands.map(({ name }) => name));
    const called = blocks.flatMap((block) => [
      ...block.matchAll(/^(?:npx )?farad ([a-z-]+)/gm),
      ...block.matchAll(/^npm run ([a-z-]+)/gm),
    ]);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(called.length).toBeGreaterThan(10);
    expect(called.map(([, name = '']) => name).filter((name) => !known.has(name) && !scripts[name])).toEqual(
      [],
    );
  });

  test('metrics exist', () => {
    const code = filesIn('src', /\.ts$/)
      .map((file) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))
      .join('\n');
    const named = texts.flatMap((text) => text.match(/\bfarad_[a-z_]+[a-z]\b/g) ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !code.includes(`${name}`))).toEqual([]);
  });

  test('settings exist', () => {
    const known = new Set(settings.map(({ path }) => path));
    // Groups within groups: `ocpp.tls`.
    for (const path of [...known]) known.add(path.split('.').slice(0, 2).join('.'));
    const groups = new Set([...known].map((path) => path.split('.')[0]));
    const named = texts
      .flatMap((text) => [...text.matchAll(/`([a-z][A-Za-z]+)\.([a-z][A-Za-z]+)`/g)])
      .filter(([, group = '']) => groups.has(group))
      .map(([, group, name]) => `${group}.${name}`);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !known.has(path))).toEqual([]);
  });
});

/** The request of a line that calls the API by curl; none of others. */
function requestOf(line: string): Request[] {
  const [command = ''] = line.split(' | ');
  const url = /(?:\$FARAD|http:\/\/127\.0\.0\.1:9221)(\/[^\s"']*)/.exec(command)?.[1];
  if (url === undefined || !/^(?:curl|api) /.test(command)) return [];
  const data = / -d '([^']*)'/.exec(command)?.[1];
  const method = / -X ([A-Z]+)/.exec(command)?.[1] ?? (data === undefined ? 'GET' : 'POST');
  return [{ command, method, url, body: data === undefined ? undefined : JSON.parse(data) }];
}
