import { describe, expect, test } from 'vitest';
import type { TemplateKey } from '../../../src/store/configuration-templates.ts';
import { type Fleet, fleet } from './campaign-fleet.ts';

const key = (name: string, value: string, expected = false): TemplateKey => ({ key: name, value, expected });

async function write({ stand }: Fleet, keys: readonly TemplateKey[], id = 'site', priority = 0) {
  const template = {
    id,
    filter: { all: true },
    priority,
    keys,
    writtenBy: 'test',
    writtenAt: stand.now,
  } as const;
  const written = await stand.store.configurationTemplates.put(template, 9);
  if (written === 'full') throw new Error(written);
  return { template: id, version: written.version };
}

const tells = ({ stand }: Fleet, id: string, values: Readonly<Record<string, string>>) =>
  stand.store.configurations.told(
    id,
    Object.entries(values).map(([name, value]) => ({ key: name, value, readonly: false })),
    [],
    stand.now,
  );

const asked = ({ chargePoints }: Fleet) =>
  chargePoints.asked.map(({ chargePointId, action, payload }) =>
    action === 'ChangeConfiguration'
      ? `${chargePointId} ${payload.key}=${payload.value}`
      : `${chargePointId} ${action} ${payload.key}`,
  );

describe('a campaign that mends drift', () => {
  test('changes what differs and leaves what matches, at each charge point what it needs', async () => {
    const all = await fleet(['A', 'B']);
    const task = await write(all, [key('Interval', '60'), key('Mode', 'fast'), key('Size', '2', true)]);
    await tells(all, 'A', { Interval: '60', Mode: 'slow', Size: '1' });
    await tells(all, 'B', { Interval: '60', Mode: 'fast', Size: '2' });
    const { id } = await all.create({ task });
    expect(asked(all)).toEqual(['A Mode=fast']);
    expect(all.results(id)).toEqual({ A: 'succeeded Accepted', B: 'succeeded nothing_to_do' });
    expect(all.stand.store.configurations.get('A', 'Mode')?.value).toBe('fast');
  });

  test('asks first for keys that were never told, as many as fit, and changes those that then differ', async () => {
    const all = await fleet(['A']);
    const task = await write(all, [key('Interval', '60'), key('Mode', 'fast'), key('Size', '2', true)]);
    await tells(all, 'A', { GetConfigurationMaxKeys: '2' });
    all.chargePoints.script = ({ action }) =>
      action === 'GetConfiguration'
        ? {
            result: {
              configurationKey: [{ key: 'Interval', value: '60', readonly: false }],
              unknownKey: ['Mode'],
            },
          }
        : { result: { status: 'Accepted' } };
    const { id } = await all.create({ task });
    expect(asked(all)).toEqual(['A GetConfiguration Interval,Mode']);
    expect(all.results(id)).toEqual({ A: 'succeeded nothing_to_do' });
  });

  test('tries every key once and tells which were refused', async () => {
    const all = await fleet(['A']);
    const task = await write(all, [key('Interval', '60'), key('Mode', 'fast'), key('Light', '9')]);
    await tells(all, 'A', { Interval: '1', Mode: 'slow', Light: '1' });
    all.chargePoints.script = ({ payload }) =>
      (payload as { key: string }).key === 'Mode'
        ? { result: { status: 'Rejected' } }
        : { result: { status: 'RebootRequired' } };
    const { id } = await all.create({ task });
    expect(asked(all)).toEqual(['A Interval=60', 'A Mode=fast', 'A Light=9']);
    expect(all.results(id)).toEqual({ A: 'failed Mode: Rejected' });
    expect(all.stand.store.campaigns.item(id, 'A')?.steps?.map((step) => [step.name, step.key])).toEqual([
      ['change_configuration', 'Interval'],
      ['change_configuration', 'Mode'],
      ['change_configuration', 'Light'],
    ]);
    expect(all.stand.store.configurations.get('A', 'Mode')).toMatchObject({
      value: 'slow',
      refused: { value: 'fast', status: 'Rejected' },
    });
  });

  test('is done where a value holds after the next reset, and does not send it again', async () => {
    const all = await fleet(['A']);
    const task = await write(all, [key('Interval', '60')]);
    await tells(all, 'A', { Interval: '1' });
    all.chargePoints.script = () => ({ result: { status: 'RebootRequired' } });
    const first = await all.create({ task });
    expect(all.results(first.id)).toEqual({ A: 'succeeded RebootRequired' });
    const second = await all.create({ task });
    expect(all.results(second.id)).toEqual({ A: 'succeeded nothing_to_do' });
    expect(asked(all)).toEqual(['A Interval=60']);
  });

  test('does not know what became of a change that got no answer', async () => {
    const all = await fleet(['A']);
    const task = await write(all, [key('Interval', '60')]);
    await tells(all, 'A', { Interval: '1' });
    all.chargePoints.script = () => 'timeout';
    const { id } = await all.create({ task });
    expect(all.results(id)).toEqual({ A: 'unknown Interval: timeout' });
  });

  test('leaves keys to the template that has them', async () => {
    const all = await fleet(['A']);
    const task = await write(all, [key('Interval', '60'), key('Mode', 'fast')]);
    await write(all, [key('interval', '30')], 'above', 1);
    await tells(all, 'A', { Interval: '1', Mode: 'slow' });
    await all.create({ task });
    expect(asked(all)).toEqual(['A Mode=fast']);
  });

  test('sends nothing that the template did not say when it began', async () => {
    const all = await fleet(['A', 'B']);
    const task = await write(all, [key('Interval', '60')]);
    await tells(all, 'A', { Interval: '1' });
    await tells(all, 'B', { Interval: '1' });
    all.chargePoints.disconnected.add('B');
    const { id } = await all.create({ task });
    await write(all, [key('Interval', '5')]);
    all.chargePoints.disconnected.delete('B');
    await all.pass(60_000);
    expect(all.results(id)).toEqual({ A: 'succeeded Accepted', B: 'failed template_changed' });
    expect(asked(all)).toEqual(['A Interval=60']);
  });

  test('goes on after a restart where it was', async () => {
    const all = await fleet(['A']);
    const task = await write(all, [key('Interval', '60'), key('Mode', 'fast')]);
    await tells(all, 'A', { Interval: '1', Mode: 'slow' });
    all.chargePoints.script = ({ payload }) =>
      (payload as { key: string }).key === 'Interval'
        ? { onlyEdgeHears: { status: 'Accepted' } }
        : { result: { status: 'Accepted' } };
    const { id } = await all.create({ task });
    await all.restart();
    expect(asked(all)).toEqual(['A Interval=60', 'A Mode=fast']);
    expect(all.results(id)).toEqual({ A: 'succeeded Accepted' });
  });
});
