import { describe, expect, test } from 'vitest';
import { WaitingFrames } from '../../../src/edge/waiting-frames.ts';

const frame = (length: number, fill: number): Buffer => Buffer.alloc(length, fill);

describe('frames that wait', () => {
  test('come out as they went in: in order, each with its times', () => {
    const waiting = new WaitingFrames();
    const lengths = Array.from({ length: 500 }, (_, index) => (index * 7919) % 3000);
    let out = 0;
    const takeOne = (): void => {
      const taken = waiting.shift();
      expect(taken?.bytes.equals(frame(lengths[out] as number, out))).toBe(true);
      expect([taken?.receivedAt, taken?.startedAt]).toEqual([1.8e12 + out, out + 0.25]);
      out++;
    };
    for (const [index, length] of lengths.entries()) {
      waiting.push(frame(length, index), 1.8e12 + index, index + 0.25);
      if (index % 3 === 2) takeOne();
    }
    while (waiting.count > 0) takeOne();
    expect(out).toBe(lengths.length);
    expect(waiting.shift()).toBeUndefined();
  });

  test('are copied: what they came from may be written over', () => {
    const waiting = new WaitingFrames();
    const source = frame(10, 1);
    waiting.push(source, 0, 0);
    source.fill(2);
    expect(waiting.shift()?.bytes).toEqual(frame(10, 1));
  });

  test('tell the memory that they hold, and beforehand by how much a frame raises it', () => {
    const waiting = new WaitingFrames();
    let held = 0;
    for (let index = 0; index < 1000; index++) {
      const growth = waiting.growth(300);
      waiting.push(frame(300, index), 0, 0);
      held += growth;
      expect(waiting.bytes).toBe(held);
    }
    expect(held).toBeGreaterThanOrEqual(300_000);
    expect(held).toBeLessThan(450_000);
    while (waiting.count > 0) waiting.shift();
    expect(waiting.bytes).toBe(0);
  });

  test('one alone holds little more than itself, and a large one a chunk of its own', () => {
    const waiting = new WaitingFrames();
    waiting.push(frame(50, 1), 0, 0);
    expect(waiting.bytes).toBeLessThan(100);
    waiting.push(frame(1_000_000, 2), 0, 0);
    expect(waiting.bytes).toBeLessThan(1_000_200);
  });
});
