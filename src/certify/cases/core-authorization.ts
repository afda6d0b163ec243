import type { ConformanceCase } from '../conformance-case.ts';
import { authorize, dataTransfer } from '../messages.ts';

/** Tags that may not charge, and messages of unknown vendors. */

export const TC_023_1: ConformanceCase = {
  id: 'TC_023_1',
  title: 'Authorize, invalid',
  run: (scene) => authorize(scene, scene.data.unknownTag, 'Invalid'),
};

export const TC_023_2: ConformanceCase = {
  id: 'TC_023_2',
  title: 'Authorize, expired',
  run: (scene) => authorize(scene, scene.data.expiredTag, 'Expired'),
};

export const TC_023_3: ConformanceCase = {
  id: 'TC_023_3',
  title: 'Authorize, blocked',
  run: (scene) => authorize(scene, scene.data.blockedTag, 'Blocked'),
};

export const TC_064: ConformanceCase = {
  id: 'TC_064',
  title: 'Data transfer to the Central System',
  run: (scene) => dataTransfer(scene, scene.data.vendorWithoutDataTransfer),
};
