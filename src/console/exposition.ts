/** Of each wanted metric in Prometheus' text format its highest value per process. */
export function readExposition(text: string, wanted: readonly string[]): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const line of text.split('\n')) {
    const match = /^(\w+)\{([^}]*)\} (\S+)$/.exec(line);
    if (!match) continue;
    const [, name = '', labels = '', value = ''] = match;
    if (!wanted.includes(name)) continue;
    const process = /process="([^"]*)"/.exec(labels)?.[1] ?? '';
    const values = found.get(name) ?? new Map<string, number>();
    found.set(
      name,
      values.set(process, Math.max(Number(value), values.get(process) ?? Number.NEGATIVE_INFINITY)),
    );
  }
  return found;
}
