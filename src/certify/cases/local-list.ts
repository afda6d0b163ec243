import type { ConformanceCase } from '../conformance-case.ts';
import type { Payload } from '../payload.ts';
import type { Scene } from '../scene.ts';
import { readListVersion, showsLocalList } from '../shown.ts';

/** Local Authorization List Management. */

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

/** The charge point does not take the list: what it held before is what it holds. */
async function sendInVain(scene: Scene, status: string): Promise<void> {
  const held = await readListVersion(scene);
  const listVersion = await sendList(scene, 'Full', [scene.data.validTag], status);
  await showsLocalList(scene, {
    listVersion: held,
    'lastAnswer.listVersion': listVersion,
    'lastAnswer.status': status,
  });
}

export const TC_042_1: ConformanceCase = {
  id: 'TC_042_1',
  title: 'Get local list version, not supported',
  async run(scene) {
    await scene.command('GetLocalListVersion', {}, { listVersion: -1 });
    await showsLocalList(scene, { supported: false });
  },
};

export const TC_042_2: ConformanceCase = {
  id: 'TC_042_2',
  title: 'Get local list version, empty',
  async run(scene) {
    await scene.command('GetLocalListVersion', {}, { listVersion: 0 });
    await showsLocalList(scene, { supported: true, listVersion: 0, entryCount: 0 });
  },
};

export const TC_043_1: ConformanceCase = {
  id: 'TC_043_1',
  title: 'Send local list, not supported',
  async run(scene) {
    await sendInVain(scene, 'NotSupported');
    await showsLocalList(scene, { supported: false });
  },
};

/**
 * The rule to send again is for differential lists: after a full one that failed nothing may come by itself.
 */
export const TC_043_3: ConformanceCase = {
  id: 'TC_043_3',
  title: 'Send local list, failed',
  run: (scene) => sendInVain(scene, 'Failed'),
};

export const TC_043_4: ConformanceCase = {
  id: 'TC_043_4',
  title: 'Send local list, full',
  async run(scene) {
    const { validTag, memberTag } = scene.data;
    const listVersion = await sendList(scene, 'Full', [validTag, memberTag], 'Accepted');
    await showsLocalList(scene, { supported: true, listVersion, entryCount: 2 });
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
    const listVersion = await sendList(scene, 'Differential', [scene.data.otherMemberTag], 'Accepted');
    const grown = scene.edition === '2024-04' ? {} : { entryCount: 2 };
    await showsLocalList(scene, { listVersion, ...grown });
  },
};
