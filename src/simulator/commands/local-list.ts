import type { AuthorizationData, UpdateStatus } from '../../protocol/v16/generated/messages.ts';
import type { Commands, LocalList } from '../controls.ts';

/** Central System commands of the Local Auth List Management profile (OCPP 1.6 ed. 2 §5.10, §5.15). */
export const localListCommands = {
  GetLocalListVersion: (controls) => ({ payload: { listVersion: controls.localList.version } }),

  SendLocalList: (controls, { listVersion, localAuthorizationList = [], updateType }) => {
    if (!controls.configuration.flag('LocalAuthListEnabled')) return { payload: { status: 'NotSupported' } };
    if (localAuthorizationList.length > controls.configuration.number('SendLocalListMaxLength')) {
      return { payload: { status: 'Failed' } };
    }
    const list = controls.localList;
    const mostEntries = controls.configuration.number('LocalAuthListMaxLength');
    const status =
      updateType === 'Full'
        ? replace(list, listVersion, localAuthorizationList)
        : change(list, listVersion, localAuthorizationList, mostEntries);
    return { payload: { status } };
  },
} satisfies Commands;

function replace(list: LocalList, version: number, entries: readonly AuthorizationData[]): UpdateStatus {
  // Every entry of a full list needs idTagInfo (obligation H3).
  if (version <= 0 || entries.some((entry) => entry.idTagInfo === undefined)) return 'Failed';
  list.entries.clear();
  put(list, entries);
  list.version = entries.length === 0 ? 0 : version;
  return 'Accepted';
}

function change(
  list: LocalList,
  version: number,
  entries: readonly AuthorizationData[],
  mostEntries: number,
): UpdateStatus {
  if (version <= list.version) return 'VersionMismatch';
  const added = entries.filter(({ idTag, idTagInfo }) => idTagInfo && !list.entries.has(idTag.toUpperCase()));
  const deleted = entries.filter(
    ({ idTag, idTagInfo }) => !idTagInfo && list.entries.has(idTag.toUpperCase()),
  );
  if (list.entries.size + added.length - deleted.length > mostEntries) return 'Failed';
  put(list, entries);
  list.version = version;
  return 'Accepted';
}

/** With idTagInfo: add or update; without: delete (obligation H4). */
function put(list: LocalList, entries: readonly AuthorizationData[]): void {
  for (const { idTag, idTagInfo } of entries) {
    if (idTagInfo === undefined) list.entries.delete(idTag.toUpperCase());
    else list.entries.set(idTag.toUpperCase(), idTagInfo);
  }
}
