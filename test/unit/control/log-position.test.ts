import fc from 'fast-check';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { streamsOfChanges } from '../../../src/cluster/log-place.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { handleErrors } from '../../../src/control/error-handling.ts';
import { followPositions } from '../../../src/control/log-position.ts';

/** Whether the settings allow so many shards. */
function isShardCount(shards: number): boolean {
  try {
    return loadConfig({ flags: { 'cluster-state-shards': String(shards) } }).cluster.state.shards === shards;
  } catch {
    return false;
  }
}

const STREAMS = ['farad-directory', 'farad-state-0'];

/** An app on a node that is at `at` in each stream of log-1; what it was asked to wait for. */
async function node(at: number, streams: readonly string[] = STREAMS) {
  const waited: ReadonlyMap<string, number>[] = [];
  const app = fastify();
  onTestFinished(() => app.close());
  handleErrors(app);
  followPositions(app, {
    identity: () => 'log-1',
    store: { refresh: () => undefined },
    log: {
      positions: () => new Map(streams.map((stream) => [stream, at])),
      hasReached: async (positions) => {
        waited.push(positions);
        return [...positions].every(([stream, seq]) => streams.includes(stream) && seq <= at);
      },
    },
  });
  app.get('/', () => ({}));
  app.post('/', () => ({}));
  const ask = async (position: string) => {
    const headers = { 'farad-position': position };
    const { statusCode, body } = await app.inject({ method: 'GET', url: '/', headers });
    return { statusCode, code: JSON.parse(body).error?.code as string | undefined };
  };
  return { app, ask, waited };
}

describe('Farad-Position', () => {
  it('of an answer is taken back by every node that is as far, and refused by one that stays behind', async () => {
    const first = await node(7);
    const answer = await first.app.inject({ method: 'POST', url: '/' });
    const position = String(answer.headers['farad-position']);
    expect(position).toBe('log-1/farad-directory:7,farad-state-0:7');
    expect(await first.ask(position)).toEqual({ statusCode: 200, code: undefined });
    const second = await node(6);
    expect(await second.ask(position)).toEqual({ statusCode: 503, code: 'behind' });
    expect(second.waited).toEqual([new Map(STREAMS.map((stream) => [stream, 7]))]);
  });

  it('of a log with as many streams as there may be is taken back', async () => {
    const most =
      Array.from({ length: 128 }, (_, index) => index + 1)
        .filter(isShardCount)
        .at(-1) ?? 0;
    const { app, ask } = await node(7, streamsOfChanges(most));
    const answer = await app.inject({ method: 'POST', url: '/' });
    expect(most).toBeGreaterThan(4);
    expect(await ask(String(answer.headers['farad-position']))).toMatchObject({ statusCode: 200 });
  });

  it('of another log says nothing, and nobody waits for it', async () => {
    const { ask, waited } = await node(7);
    expect(await ask('log-2/farad-directory:99')).toEqual({ statusCode: 200, code: undefined });
    expect(waited).toEqual([]);
  });

  it('that no answer had is refused at once', async () => {
    const { ask, waited } = await node(7);
    const many = Array.from({ length: 66 }, (_, number) => `s-${number}:1`).join(',');
    for (const text of [
      '',
      'log-1',
      'log-1/',
      'log-1/farad-directory',
      'log-1/farad-directory:-1',
      'log-1/farad-directory:1.5',
      'log-1/farad-directory:1e9',
      'log-1/farad-directory:9999999999999999',
      'log-1/farad-directory:1,',
      'log-1/farad-directory:1, farad-state-0:1',
      `log-1/${many}`,
      `${'l'.repeat(65)}/farad-directory:1`,
    ])
      expect([text, await ask(text)]).toEqual([text, { statusCode: 400, code: 'invalid_parameter' }]);
    expect(waited).toEqual([]);
  });

  it('of any text is taken, refused or behind, and never worse', async () => {
    const { ask, waited } = await node(7);
    const visible = fc.string({ unit: 'grapheme-ascii', maxLength: 80 });
    const nearly = fc
      .tuple(fc.constantFrom('log-1', 'log-2', ''), fc.constantFrom(...STREAMS, 'other', ''), visible)
      .map(([of, stream, rest]) => `${of}/${stream}:${rest}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(visible, nearly), async (text) => {
        const { statusCode } = await ask(text);
        expect([200, 400, 503]).toContain(statusCode);
      }),
      { numRuns: 500 },
    );
    for (const positions of waited) {
      expect(positions.size).toBeLessThanOrEqual(65);
      for (const seq of positions.values()) expect(Number.isSafeInteger(seq)).toBe(true);
    }
  });
});
