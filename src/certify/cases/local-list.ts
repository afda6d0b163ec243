import type { ConformanceCase } from '../conformance-case.ts';
import type { Payload } from '../payload.ts';
import type { Scene } from '../scene.ts';

/** Local Authorization List Management (catalogue §4.2). */

const entry = (idTag: string): Payload => ({ idTag, idTagInfo: { status: 'Accepted' } });

/** Sends a list; resolves with the version that it was given. */
async function sendList(
  scene: Scene,
  updateType: 'Full' | 'Differential',
  idTags: readonly string[],
  status: string,
): Promise<number> {
  const listVersion = scene.memory.nextId();
  const localAuthorizationList = idTags.map(entry);
  await scene.command('SendLocalList', { listVersion, updateType, localAuthorizationList }, { status });
  return listVersion;
}

export const TC_042_1: ConformanceCase = {
  id: 'TC_042_1',
  title: 'Get local list version, not supported',
  run: (scene) => scene.command('GetLocalListVersion', {}, { listVersion: -1 }),
};

export const TC_042_2: ConformanceCase = {
  id: 'TC_042_2',
  title: 'Get local list version, empty',
  run: (scene) => scene.command('GetLocalListVersion', {}, { listVersion: 0 }),
};

export const TC_043_1: ConformanceCase = {
  id: 'TC_043_1',
  title: 'Send local list, not supported',
  async run(scene) {
    await sendList(scene, 'Full', [scene.data.validTag], 'NotSupported');
  },
};

/** The rule to send again is for differential lists: after a full one that failed nothing may come by itself. */
export const TC_043_3: ConformanceCase = {
  id: 'TC_043_3',
  title: 'Send local list, failed',
  async run(scene) {
    await sendList(scene, 'Full', [scene.data.validTag], 'Failed');
  },
};

export const TC_043_4: ConformanceCase = {
  id: 'TC_043_4',
  title: 'Send local list, full',
  async run(scene) {
    await sendList(scene, 'Full', [scene.data.validTag, scene.data.memberTag], 'Accepted');
  },
};

export const TC_043_5: ConformanceCase = {
  id: 'TC_043_5',
  title: 'Send local list, differential',
  editionsDiffer: 'later editions send a full list first, then only the new tag under a greater version',
  async run(scene) {
    if (scene.edition !== '2024-04') {
      const listVersion = await sendList(scene, 'Full', [scene.data.validTag], 'Accepted');
      await scene.command('GetLocalListVersion', {}, { listVersion });
    }
    await sendList(scene, 'Differential', [scene.data.otherMemberTag], 'Accepted');
  },
};
