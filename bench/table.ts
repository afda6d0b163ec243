import type { BenchResult, Spread } from './runner.ts';

/** A result as lines for a terminal: a block per figure, a row per contender. */
export function renderTable(result: BenchResult): string {
  const { machine } = result;
  const lines = [
    `${result.bench}: ${result.question}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, Farad ${machine.farad} ${machine.commit}; ${result.rounds} rounds in turns`,
  ];
  const width = Math.max(...result.contenders.map(({ name }) => name.length), 9);
  for (const figure of result.figures) {
    lines.push(
      '',
      `${`${figure.key} (${figure.unit}, ${figure.better} is better)`.padEnd(width)}`,
      `${'contender'.padEnd(width)}  ${['min', 'median', 'max', 'ratio'].map((head) => head.padStart(12)).join('')}`,
    );
    for (const contender of result.contenders) {
      const spread = contender.figures[figure.key] as Spread;
      const cells = [spread.min, spread.median, spread.max].map((value) => readable(value).padStart(12));
      const ratio = asRatio(contender.ratios[figure.key]).padStart(12);
      lines.push(`${contender.name.padEnd(width)}  ${cells.join('')}${ratio}`);
    }
  }
  for (const { name, note } of result.contenders) if (note !== undefined) lines.push('', `${name}: ${note}`);
  return lines.join('\n');
}

/** Where the first contender has nothing of the kind there is no ratio. */
function asRatio(ratio = Number.NaN): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '-';
}

function readable(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}
