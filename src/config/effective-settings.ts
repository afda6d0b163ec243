import { stringify } from 'yaml';
import type { LoadedConfig } from './load-config.ts';
import { type NamedSetting, settings } from './schema.ts';

/**
 * The effective settings as a YAML file with their help; it can be used as a settings file. Secrets are not
 * shown.
 */
export function effectiveSettings({ config, origins }: LoadedConfig): string {
  const lines: string[] = [];
  let group: readonly string[] = [];
  for (const named of settings) {
    const parts = named.path.split('.');
    const name = parts.pop() as string;
    const indent = '  '.repeat(parts.length);
    if (parts.join('.') !== group.join('.')) {
      // A group of a group comes last in it.
      const known = parts.findIndex((part, level) => part !== group[level]);
      if (known === 0) lines.push('');
      for (const [level, part] of parts.entries())
        if (level >= known) lines.push(`${'  '.repeat(level)}${part}:`);
      group = parts;
    }
    const { setting, flag, env, path } = named;
    const origin = origins.get(path) ?? 'default';
    lines.push(
      `${indent}# ${setting.help}`,
      `${indent}# --${flag}, ${env}${setting.secret ? ` or ${env}_FILE` : ''}: ${setting.allowed}.`,
    );
    lines.push(`${indent}${line(name, named, valueAt(config, path))}  # ${origin}`);
  }
  return lines.join('\n');
}

function line(name: string, { setting }: NamedSetting, value: unknown): string {
  if (setting.secret && value !== '') return `# ${name}: [set, not shown]`;
  if (typeof value === 'number' || typeof value === 'boolean') {
    const written = setting.write(value);
    return `${name}: ${written}`;
  }
  return `${name}: ${stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`;
}

/** The value at a dotted path of the effective settings. */
export function valueAt(config: object, path: string): unknown {
  let node: unknown = config;
  for (const part of path.split('.')) node = (node as Record<string, unknown>)[part];
  return node;
}
