import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../../', import.meta.url);
const SOURCES = ['src', 'test', 'bench', 'load', 'scripts', 'bin'];

export interface Line {
  /** From the root of the repository. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly isComment: boolean;
}

/** Returns the text of a file, whose path counts from the root of the repository. */
export function read(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

/** Returns the paths of all files under a folder of the repository whose names end in `ending`. */
export function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(new URL(`${folder}/`, ROOT), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => ending.test(file) && !file.includes('/generated/'))
    .sort();
}

/** Every line of code and tests, this folder left out: its tests are full of what they look for. */
export const lines: readonly Line[] = SOURCES.flatMap((folder) => filesIn(folder, /\.(ts|tsx|mjs|cjs)$/))
  .filter((file) => !file.startsWith('test/unit/docs/'))
  .flatMap((file) =>
    read(file)
      .split('\n')
      .map((text, index) => ({ file, line: index + 1, text, isComment: /^\s*(\/\/|\/?\*)/.test(text) })),
  );

/** `file:line: text`, which editors jump to. */
export const shown = ({ file, line, text }: Line): string => `${file}:${line}: ${text.trim()}`;

/** Every document: those in the root, of `docs`, of `deploy` and of `.github`. */
export const pages: readonly string[] = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...['docs', 'deploy', '.github'].flatMap((folder) =>
    existsSync(new URL(folder, ROOT)) ? filesIn(folder, /\.md$/) : [],
  ),
];
