import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/certificates/certificate.ts';
import { Environment } from '../../../src/journal/environment.ts';
import { keyOf, numberKey, textKey } from '../../../src/store/keys.ts';
import { openStore } from '../../../src/store/store.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

/** A data directory whose `aggregate` is at an older version, with what `fill` puts into `state`. */
async function olderDirectory(
  aggregate: string,
  version: number,
  fill: (state: Environment) => void,
): Promise<string> {
  const dataDir = scratchDirectory();
  await openStore({ dataDir, role: 'setup' }).close();
  const state = new Environment(join(dataDir, 'state'));
  state.transactSync(() => {
    state.records('schema').put(Buffer.from(aggregate), version);
    fill(state);
  });
  await state.close();
  return dataDir;
}

test('requests to sign that were counted over all charge points keep their order, and new ones follow', async () => {
  const asked = [
    { id: 'a', seq: 7, chargePointId: 'CP-2', csr: 'first', receivedAt: 1 },
    { id: 'b', seq: 8, chargePointId: 'CP-1', csr: 'second', receivedAt: 2 },
  ];
  const dataDir = await olderDirectory('certificate-requests', 1, (state) => {
    for (const request of asked) {
      state.records('certificate-requests').put(keyOf(request.chargePointId, request.seq), request);
      state.records('certificate-requests-by-seq').put(numberKey(request.seq), request.chargePointId);
    }
    state.records('meta').put(Buffer.from('certificate-requests'), 8);
  });

  const { certificateRequests, chargePoints } = scratchStore({ dataDir });
  expect(certificateRequests.since(undefined, 9)).toEqual(asked);
  const third = await certificateRequests.asked('CP-1', 'third', 3);
  expect(certificateRequests.since(asked[1], 9)).toEqual([third]);
  expect(certificateRequests.of('CP-1').map(({ csr }) => csr)).toEqual(['third', 'second']);
  await chargePoints.remove('CP-1');
  expect(certificateRequests.since(undefined, 9)).toEqual([asked[0]]);
});

test('client certificates are still those of the charge points that showed them first', async () => {
  const der = Buffer.from('shown before');
  const sha256 = fingerprintOf(der);
  const dataDir = await olderDirectory('shown-certificates', 1, (state) => {
    state.records('shown-certificates').put(textKey(sha256), 'CP-1');
    state.records('shown-certificates-by-charge-point').put(keyOf('CP-1', sha256), sha256);
  });

  const { shownCertificates, chargePoints } = scratchStore({ dataDir });
  expect(shownCertificates.holder(der)).toBe('CP-1');
  expect(await shownCertificates.shown(der, 'CP-2')).toBe('CP-1');
  await chargePoints.remove('CP-1');
  expect(shownCertificates.holder(der)).toBeUndefined();
  expect(await shownCertificates.shown(der, 'CP-2')).toBe('CP-2');
});
