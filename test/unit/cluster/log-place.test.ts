import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeInDirectory, placeOfChargePoint } from '../../../src/cluster/log-place.ts';

test('where a charge point is in the log stays the same for as long as there is a log', () => {
  expect(placeOfChargePoint('CP-1', 4)).toEqual({
    stream: 'farad-state-2',
    subject: 'farad.state.2.8d82qc8',
  });
  // RFC 4648 §10
  expect(placeOfChargePoint('foobar', 1).subject).toBe('farad.state.0.cpnmuoj1e8');
  expect(placeOfChargePoint('foob', 1).subject).toBe('farad.state.0.cpnmuog');
  expect(placeInDirectory('lease.sites')).toEqual({
    stream: 'farad-directory',
    subject: 'farad.directory.lease.sites',
  });
});

test('each identity has a subject of its own that NATS takes, however it is written', () => {
  const subjects = new Map<string, string>();
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 90 }), (id) => {
      const wellFormed = Buffer.from(id).toString();
      const { stream, subject } = placeOfChargePoint(wellFormed, 4);
      expect(subject).toMatch(/^farad\.state\.[0-3]\.[0-9a-v]{1,96}$/);
      expect(stream).toBe(`farad-state-${subject.split('.')[2]}`);
      expect(subjects.get(subject) ?? wellFormed).toBe(wellFormed);
      subjects.set(subject, wellFormed);
    }),
  );
});

test('charge points spread over all shards', () => {
  const counts = new Map<string, number>();
  for (let number = 0; number < 4000; number++) {
    const { stream } = placeOfChargePoint(`CP-${number}`, 4);
    counts.set(stream, (counts.get(stream) ?? 0) + 1);
  }
  expect(counts.size).toBe(4);
  for (const count of counts.values()) expect(count).toBeGreaterThan(900);
});
