import { writeDuration } from '../src/config/quantities.ts';
import type { Second } from './measurements.ts';

const BAR_WIDTH = 20;
/** Without a terminal a line every so often is enough. */
const LINE_EVERY_MS = 5_000;

/**
 * Shows how far the run is: one line that is rewritten on a terminal, a plain line now and then elsewhere.
 */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #lastLineAt = 0;
  #lineIsOpen = false;

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream;
  }

  /** @param share 0 to 1 of the present step. */
  show(step: string, share: number, detail: string): void {
    const done = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, share)));
    const percent = `${Math.round(Math.min(1, share) * 100)} %`.padStart(5);
    if (this.#stream.isTTY) {
      const bar = `${'█'.repeat(done)}${'░'.repeat(BAR_WIDTH - done)}`;
      const line = `${step.padEnd(9)} ${bar} ${percent}  ${detail}`;
      this.#stream.write(`\r\x1b[K${line.slice(0, Math.max(20, (this.#stream.columns ?? 120) - 1))}`);
      this.#lineIsOpen = true;
      return;
    }
    const now = performance.now();
    if (now - this.#lastLineAt < LINE_EVERY_MS) return;
    this.#lastLineAt = now;
    this.#stream.write(`${step.padEnd(9)} ${percent}  ${detail}\n`);
  }

  /** A line of its own that stays. */
  say(line: string): void {
    if (this.#lineIsOpen) this.#stream.write('\r\x1b[K');
    this.#lineIsOpen = false;
    this.#stream.write(`${line}\n`);
  }
}

/** The present state in a few figures. */
export function describe(second: Second, problems: number): string {
  const authorize = second.latency.Authorize;
  const meterValues = second.latency.MeterValues;
  const parts = [
    `${count(second.openSockets)} sockets`,
    `${count(second.framesPerSecond)} frames/s`,
    `${count(second.samplesPerSecond)} samples/s`,
  ];
  if (meterValues !== undefined) parts.push(`MeterValues p99 ${meterValues.p99.toFixed(1)} ms`);
  if (authorize !== undefined) parts.push(`Authorize p99 ${authorize.p99.toFixed(1)} ms`);
  parts.push(`${count(problems)} problems`);
  return parts.join(', ');
}

/** 12345 as "12,345". */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Seconds as "1m 5s". */
export function span(ms: number): string {
  return writeDuration(Math.round(ms / 1000) * 1000);
}
