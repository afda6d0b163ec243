import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

type Values = Readonly<Record<string, unknown>>;

/**
 * Renders a Helm chart: by `helm template` where that is installed, else by a small reader of the few
 * constructs that the chart may use: values, `quote`, `toYaml … | nindent N`, `if` and
 * `range $name, $value := …`, none inside another. Throws for whatever else is between braces.
 */
export function renderChart(folder: string, release: string, changes: Values = {}): string[] {
  const files = readdirSync(join(folder, 'templates')).sort();
  const helm = spawnSync('helm', ['template', release, folder, '--values', '-'], {
    input: stringify(changes),
  });
  if (helm.error === undefined) {
    if (helm.status !== 0) throw new Error(String(helm.stderr));
    return String(helm.stdout)
      .split(/^---$/m)
      .filter((text) => text.trim() !== '');
  }
  const values = { ...(parse(readFileSync(join(folder, 'values.yaml'), 'utf8')) as Values), ...changes };
  const scope = { Values: values, Release: { Name: release } };
  return files.map((file) => render(readFileSync(join(folder, 'templates', file), 'utf8'), scope));
}

const BLOCK = /\s*\{\{- (if|range) ([^}]+?) \}\}([\s\S]*?)\s*\{\{- end \}\}/g;

function render(template: string, scope: object): string {
  const blocks = template.replace(BLOCK, (_whole, kind: string, about: string, body: string) => {
    if (kind === 'if') return valueAt(about, scope) ? body : '';
    const [, name = '', value = '', list = ''] = /^\$(\w+), \$(\w+) := (\S+)$/.exec(about) ?? [];
    const entries = Object.entries(valueAt(list, scope) as object).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([key, item]) => insert(body, { [name]: key, [value]: item, ...scope })).join('');
  });
  return insert(blocks, scope);
}

function insert(text: string, scope: object): string {
  return text
    .replace(/\s*\{\{- toYaml (\S+) \| nindent (\d+) \}\}/g, (_whole, path: string, indent: string) => {
      const lines = stringify(valueAt(path, scope)).trimEnd().split('\n');
      return lines.map((line) => `\n${' '.repeat(Number(indent))}${line}`).join('');
    })
    .replace(/\{\{ ([$.][\w.$]+)( \| quote)? \}\}/g, (whole, path: string, quoted?: string) => {
      const value = valueAt(path, scope);
      // A loop's own variables are filled in with its body.
      if (value === undefined && path.startsWith('$')) return whole;
      return quoted ? JSON.stringify(String(value)) : String(value);
    });
}

function valueAt(path: string, scope: object): unknown {
  const value = path
    .replace(/^[$.]/, '')
    .split('.')
    .reduce<unknown>((found, name) => (found as Values | undefined)?.[name], scope);
  if (value === undefined && !path.startsWith('$')) throw new Error(`the chart has no value ${path}`);
  return value;
}
