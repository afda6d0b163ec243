import { expect, test } from 'vitest';
import type { BatchVerdict, FrameVerdict } from '../../../src/workers/frame-batch.ts';
import { packBatch, packVerdict, unpackBatch, unpackVerdict } from '../../../src/workers/pack-batch.ts';
import { batchOf, RECEIVED_AT } from './meter-values-fixtures.ts';

test('what a worker has to know about each frame reaches it, in memory that both see', () => {
  const { bytes, frames } = batchOf(['one', 'two', 'three', 'four']);
  const ids = ['CP-1', '', 'größer 🔌', 'CP-4'];
  const open = [[[1, 4711]], [], [[0, 1], [2, 2_147_483_647]], []] as const; // biome-ignore format: one list per frame
  const contexts = frames.map((frame, index) => ({
    ...frame,
    chargePointId: ids[index] as string,
    receivedAt: RECEIVED_AT + index,
    strict: index % 2 === 1,
    openTransactions: open[index] as (typeof open)[number],
  }));
  const found = unpackBatch(structuredClone(packBatch({ bytes, frames: contexts }, 0)));
  expect(found.frames).toEqual(contexts);
  new Uint8Array(bytes)[0] = 0x4f;
  expect(Buffer.from(found.bytes).toString()).toBe('Onetwothreefour');
});

test('every kind of verdict comes back as it was given, in its place', () => {
  const action = 'MeterValues';
  const error = { code: 'FormationViolation', description: 'payload: must be an object' } as const;
  const verdicts: FrameVerdict[] = [
    { action, samples: 7, digest: { connectorId: 1, at: RECEIVED_AT, lastRegisterWh: 0, powerW: -7000.5 } },
    { action, samples: 0 },
    { action, messageId: 'm-3', samples: 0, error },
    { action, samples: 2, digest: { connectorId: 0, at: RECEIVED_AT } },
    { action, samples: 1, digest: { connectorId: 2, at: 0, powerW: 0 }, repairs: ['salvaged'] },
    { action, messageId: 'm-6', samples: 3, digest: { connectorId: 2, at: 1, lastRegisterWh: 12.5 } },
    { action: 'StopTransaction', messageId: 'm-7', samples: 2, stop: { request: { a: 1 }, flags: ['x'] } },
    { action: '', unhandled: true, samples: 0 },
    { action, samples: 1, digest: { connectorId: 3, at: 5, powerW: 1 } },
    { action, samples: 1, digest: { connectorId: 3, at: 5, powerW: 1, powerPlace: 5 } },
    { action, samples: 1, digest: { connectorId: 3, at: 5, lastRegisterWh: 1, registerPlace: 1 } },
    {
      action,
      samples: 1,
      digest: { connectorId: 3, at: 5, lastRegisterWh: 1, registerPlace: 2, powerW: 3, powerPlace: 4 },
    },
  ];
  const given: BatchVerdict = {
    verdicts,
    figures: { rows: 16, journalBytes: 1000, decideMs: 0.5, flushMs: 1 },
    faults: ['CP-3: oops'],
  };
  expect(unpackVerdict(structuredClone(packVerdict(given)))).toEqual(given);
});
