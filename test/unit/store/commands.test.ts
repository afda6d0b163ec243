import { expect, test } from 'vitest';
import type { CommandInput, Consequence } from '../../../src/store/command-record.ts';
import { KEPT_COMMANDS } from '../../../src/store/commands.ts';
import { openStore } from '../../../src/store/store.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

const command = (messageId: string, more: Partial<CommandInput> = {}): CommandInput => ({
  chargePointId: 'CP-1',
  messageId,
  action: 'TriggerMessage',
  request: { requestedMessage: 'Heartbeat' },
  sentAt: NOON,
  outcome: 'result',
  answeredAt: NOON + 100,
  answer: 'Accepted',
  awaitedUntil: NOON + MINUTE,
  ...more,
});
const heartbeat: Consequence = {
  action: 'Heartbeat',
  messageId: 'm-1',
  connectorId: null,
  transactionId: null,
  status: '',
  at: NOON + 200,
};

test('a command is found by the id of its CALL, and listed newest first', async () => {
  const { commands } = scratchStore();
  await commands.add(command('a', { sentAt: NOON }));
  await commands.add(command('b', { sentAt: NOON + 2 }));
  await commands.add(command('c', { sentAt: NOON + 1 }));
  await commands.add(command('d', { chargePointId: 'CP-2' }));
  expect(commands.get('CP-1', 'b')).toMatchObject({ messageId: 'b', consequences: [], complete: false });
  expect(commands.get('CP-2', 'b')).toBeUndefined();
  expect(commands.of('CP-1').map(({ messageId }) => messageId)).toEqual(['b', 'c', 'a']);
});

test('what followed is kept with its command, and after the last message nothing is awaited', async () => {
  const { commands } = scratchStore();
  await commands.add(command('a'));
  await commands.followed('CP-1', 'a', heartbeat, false);
  expect(commands.awaited('CP-1', NOON + 1000)).toMatchObject([
    { messageId: 'a', consequences: [heartbeat] },
  ]);
  await commands.followed('CP-1', 'a', { ...heartbeat, messageId: 'm-2' }, true);
  expect(commands.get('CP-1', 'a')).toMatchObject({
    complete: true,
    consequences: [{ messageId: 'm-1' }, { messageId: 'm-2' }],
  });
  expect(commands.awaited('CP-1', NOON + 1000)).toEqual([]);
  expect(await commands.followed('CP-1', 'nobody', heartbeat, true)).toBeUndefined();
});

test('what is awaited outlives a restart of Farad, and ends with its time', async () => {
  const dataDir = scratchDirectory();
  const before = openStore({ dataDir, role: 'setup' });
  await before.commands.add(command('late', { sentAt: NOON + 1 }));
  await before.commands.add(command('early'));
  await before.commands.add(command('nothing', { awaitedUntil: null }));
  await before.close();
  const { commands } = scratchStore({ dataDir });
  const awaited = (now: number) => commands.awaited('CP-1', now).map(({ messageId }) => messageId);
  expect(awaited(NOON + MINUTE - 1)).toEqual(['early', 'late']);
  expect(awaited(NOON + MINUTE)).toEqual([]);
});

test('the oldest commands make room, except for those that something may still follow', async () => {
  const { commands } = scratchStore();
  await commands.add(command('awaited', { awaitedUntil: NOON + 100 * MINUTE }));
  for (let index = 0; index < KEPT_COMMANDS + 10; index++) {
    await commands.add(command(`c-${index}`, { sentAt: NOON + 1 + index, awaitedUntil: null }));
  }
  const kept = commands.of('CP-1').map(({ messageId }) => messageId);
  expect(kept).toHaveLength(KEPT_COMMANDS);
  expect(kept.at(-1)).toBe('awaited');
  expect(kept.at(-2)).toBe('c-11');
  expect(commands.get('CP-1', 'c-0')).toBeUndefined();
});

test('however much is awaited, the commands of a charge point and what followed one of them are bounded', async () => {
  const { commands } = scratchStore();
  for (let index = 0; index < 4 * KEPT_COMMANDS + 5; index++) {
    await commands.add(command(`c-${index}`, { sentAt: NOON + index }));
  }
  expect(commands.of('CP-1')).toHaveLength(4 * KEPT_COMMANDS);
  expect(commands.get('CP-1', 'c-4')).toBeUndefined();
  for (let index = 0; index < 70; index++) await commands.followed('CP-1', 'c-100', heartbeat, false);
  expect(commands.get('CP-1', 'c-100')?.consequences).toHaveLength(64);
});

test('commands and wanted availability go with their charge point', async () => {
  const store = scratchStore();
  await store.chargePoints.register('CP-1', NOON, 10);
  await store.commands.add(command('a'));
  const inoperative = { chargePointId: 'CP-1', connectorId: 1, type: 'Inoperative', askedAt: NOON } as const;
  await store.availabilities.asked({ ...inoperative, state: 'accepted', messageId: 'x' });
  await store.chargePoints.remove('CP-1');
  expect([store.commands.of('CP-1'), store.commands.awaited('CP-1', NOON)]).toEqual([[], []]);
  expect(store.availabilities.of('CP-1')).toEqual([]);
});

test('G6: availability asked for the whole charge point takes the place of all that was asked before', async () => {
  const { availabilities, commands } = scratchStore();
  const asked = (connectorId: number, messageId: string) =>
    availabilities.asked({
      chargePointId: 'CP-1',
      connectorId,
      type: 'Inoperative',
      state: 'scheduled',
      askedAt: NOON,
      messageId,
    });
  await asked(1, 'a');
  await asked(2, 'b');
  await commands.followed('CP-1', 'b', heartbeat, true, () => {
    availabilities.tookEffect('CP-1', 'b', NOON + 5);
  });
  expect(availabilities.of('CP-1')).toMatchObject([
    { connectorId: 1, state: 'scheduled', effectiveAt: null },
    { connectorId: 2, state: 'effective', effectiveAt: NOON + 5 },
  ]);
  await asked(0, 'c');
  await asked(2, 'd');
  expect(availabilities.of('CP-1').map(({ connectorId, messageId }) => [connectorId, messageId])).toEqual([
    [0, 'c'],
    [2, 'd'],
  ]);
});
