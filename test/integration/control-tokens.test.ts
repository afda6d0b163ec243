import { Agent, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LogUnavailableError } from '../../src/store/store.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { exchange } from '../support/hostile-api/exchange.ts';

const path = '/api/v1/tokens';

describe('tokens', () => {
  let control: ControlUnderTest;

  beforeEach(async () => {
    control = await startControl();
  });
  afterEach(() => control.close());

  test('D1: are one token in any spelling, and keep the one they were given', async () => {
    const json = {
      status: 'Accepted',
      parentIdTag: 'Fleet',
      expiryDate: '2030-01-01T02:00:00+02:00',
      maxConcurrent: 2,
    };
    const created = await control.send('PUT', `${path}/aBc%201`, { json });
    expect(created).toMatchObject({
      status: 201,
      body: {
        idTag: 'aBc 1',
        status: 'Accepted',
        parentIdTag: 'Fleet',
        expiryDate: '2030-01-01T00:00:00.000Z',
        note: null,
      },
    });
    expect((await control.send('GET', `${path}/ABC%201`)).body).toEqual(created.body);
    const replaced = await control.send('PUT', `${path}/ABC%201`, { json: { status: 'Blocked' } });
    expect(replaced).toMatchObject({
      status: 200,
      body: { idTag: 'ABC 1', status: 'Blocked', parentIdTag: null, expiryDate: null },
    });
    expect((await control.send('DELETE', `${path}/abc%201`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      const gone = await control.send(method, `${path}/abc%201`);
      expect([gone.status, gone.body.error.code]).toEqual([404, 'unknown_token']);
    }
  });

  test('of more than 20 characters, without status, or with a time without zone are refused', async () => {
    expect(
      (await control.send('PUT', `${path}/${'x'.repeat(21)}`, { json: { status: 'Accepted' } })).status,
    ).toBe(400);
    expect((await control.send('PUT', `${path}/A`, { json: {} })).status).toBe(422);
    const expiryDate = '2030-01-01T00:00:00';
    expect(
      (await control.send('PUT', `${path}/A`, { json: { status: 'Accepted', expiryDate } })).status,
    ).toBe(422);
  });

  test('are listed by page, filtered by text and status', async () => {
    for (let index = 0; index < 25; index++) {
      const status = index % 5 === 0 ? 'Blocked' : 'Accepted';
      await control.store.tokens.put({ idTag: `T${String(index).padStart(2, '0')}`, status });
    }
    const tags: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body }: { body: { items: { idTag: string }[]; next: string | null } } = await control.send(
        'GET',
        `${path}?status=Blocked&limit=2${next && `&cursor=${next}`}`,
      );
      expect(body.items.length).toBeLessThanOrEqual(2);
      tags.push(...body.items.map(({ idTag }) => idTag));
      next = body.next;
    }
    expect(tags).toEqual(['T00', 'T05', 'T10', 'T15', 'T20']);
    const { body } = await control.send('GET', `${path}?text=t1&limit=100`);
    expect(body.items.length).toBe(10);
    expect(body.next).toBeNull();
  });

  describe('imported', () => {
    const send = (type: string, body: string | ReadableStream<Uint8Array>) =>
      control.send('POST', `${path}/import`, { body, headers: { 'content-type': type } });

    test('as lines of JSON are stored, and lines that are none are reported by number', async () => {
      const lines = [
        '{"idTag":"GOOD-1"}',
        '{"idTag":"GOOD-2","status":"Blocked","parentIdTag":"P","expiryDate":"2030-01-01T00:00:00Z","note":null}',
        'not json',
        '',
        '{"idTag":"BAD","status":"Maybe"}',
        '{"status":"Accepted"}',
        '{"idTag":"this idTag is far too long"}',
        '{"idTag":"BAD","colour":"red"}',
        '[]',
        `{"idTag":"BAD","note":"${'x'.repeat(20_000)}"}`,
        '{"idTag":"GOOD-3"}',
      ];
      const { status, body } = await send('application/x-ndjson', lines.join('\n'));
      expect(status).toBe(200);
      expect(body).toMatchObject({ lines: 10, imported: 3, rejected: 7 });
      expect(body.errors.map(({ line }: { line: number }) => line)).toEqual([3, 5, 6, 7, 8, 9, 10]);
      expect(body.errors[1].message).toBe('status must be one of Accepted, Blocked, Expired');
      expect(control.store.tokens.get('good-2')).toMatchObject({
        status: 'Blocked',
        parentIdTag: 'P',
        expiryDate: 1_893_456_000_000,
      });
      expect(control.store.tokens.count()).toBe(3);
    });

    test.each([
      ['commas', ','],
      ['semicolons', ';'],
    ])('as CSV with %s are stored, and lines that are none are reported by number', async (_name, comma) => {
      const lines = [
        '\ufeffidTag,status,parentIdTag,note,maxConcurrent',
        'CSV-1,Accepted,FLEET,"quoted, and ""so on""",3',
        'CSV-2,,,,',
        'CSV-3,Maybe,,,',
        'CSV-4,Accepted',
        'CSV-5,Accepted,,,many',
        'CSV-6,Blocked,,,',
      ].map((line) => line.replaceAll(',', comma));
      const { body } = await send('text/csv; charset=utf-8', `${lines.join('\r\n')}\r\n`);
      expect(body).toMatchObject({ lines: 6, imported: 3, rejected: 3 });
      expect(body.errors.map(({ line }: { line: number }) => line)).toEqual([4, 5, 6]);
      expect(control.store.tokens.get('CSV-1')).toMatchObject({
        parentIdTag: 'FLEET',
        note: `quoted${comma} and "so on"`,
        maxConcurrent: 3,
      });
      expect(control.store.tokens.get('CSV-2')).toMatchObject({ idTag: 'CSV-2', status: 'Accepted' });
    });

    test.each([
      ['an unknown column', 'idTag,colour\nA,red\n'],
      ['no idTag', 'status\nAccepted\n'],
    ])('as CSV with %s in the header are refused as a whole', async (_name, body) => {
      const answer = await send('text/csv', body);
      expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_body']);
      expect(control.store.tokens.count()).toBe(0);
    });

    test('by the ten thousand arrive as a stream larger than the body limit', async () => {
      const count = 20_000;
      const note = 'x'.repeat(1000);
      let sent = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent === count) return controller.close();
          const lines = Array.from({ length: 100 }, () => `{"idTag":"BULK-${sent++}","note":"${note}"}\n`);
          controller.enqueue(Buffer.from(lines.join('')));
        },
      });
      expect(count * note.length).toBeGreaterThan(control.config.api.bodyLimit);
      const { body } = await send('application/x-ndjson', stream);
      expect(body).toEqual({ lines: count, imported: count, rejected: 0, errors: [] });
      expect(control.store.tokens.count()).toBe(count);
    });

    /** A body in chunks of 64 kB, as a client with a large file sends it. */
    const inChunks = (text: string | Buffer) => {
      const bytes = Buffer.from(text);
      let at = 0;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.subarray(at, at + 65_536));
          at += 65_536;
        },
      });
    };

    test.each([
      ['one line of delimiters', ',;'.repeat(1_500_000), 1],
      ['a quote that nothing closes', `"${'x,\n'.repeat(100_000)}`, 1000],
      ['a quote on each line that nothing closes', '"x","\n'.repeat(100_000), 1000],
      ['lines of delimiters', `${',;'.repeat(1000)}\n`.repeat(1500), 1000],
      ['no line end at all', 'x'.repeat(3_000_000), 1],
    ])(
      'as CSV with %s name few problems, keep the good lines and let others be answered',
      async (_name, junk, named) => {
        const imported = send('text/csv', inChunks(`idTag\nBEFORE\n${junk}\nAFTER\n`));
        let answeredBeside = 0;
        let isOver = false;
        const over = imported.finally(() => {
          isOver = true;
        });
        while (!isOver) {
          if ((await control.send('GET', `${path}?limit=1`)).status === 200) answeredBeside++;
        }
        const { status, body } = await over;
        expect(status).toBe(200);
        expect(answeredBeside).toBeGreaterThan(1);
        expect(body.errors).toHaveLength(named);
        expect(body.imported + body.rejected).toBe(body.lines);
        expect(
          Math.max(...body.errors.map(({ message }: { message: string }) => message.length)),
        ).toBeLessThan(310);
        expect(control.store.tokens.get('BEFORE')).toBeDefined();
        expect(control.store.tokens.get('AFTER')).toBeDefined();
      },
    );

    test.each([
      ['the header line', `${',;'.repeat(1_500_000)}\n`],
      ['the only line', ',;'.repeat(1_500_000)],
      ['a column', `idTag,${'x'.repeat(10_000)}\nA,B\n`],
    ])('as CSV whose %s is far too long are refused in few words', async (_name, body) => {
      const answer = await send('text/csv', inChunks(body));
      expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_body']);
      expect(JSON.stringify(answer.body).length).toBeLessThan(1000);
      expect((await control.send('GET', path)).status).toBe(200);
    });

    test.each([
      ['UTF-16, little end first', Buffer.from('\uFEFFidTag;note\r\nWIDE-1;Ladesäule\r\n', 'utf16le')],
      ['UTF-16, big end first', Buffer.from('\uFEFFidTag;note\r\nWIDE-1;Ladesäule\r\n', 'utf16le').swap16()],
      ['UTF-8 with its mark, no last line end', Buffer.from('\uFEFFidTag;note\r\nWIDE-1;Ladesäule')],
    ])('as CSV in %s are read as their mark says', async (_name, bytes) => {
      expect((await send('text/csv', inChunks(bytes))).body).toMatchObject({ lines: 1, imported: 1 });
      expect(control.store.tokens.get('WIDE-1')).toMatchObject({ note: 'Ladesäule' });
    });

    test('with bytes that are no text are reported by line', async () => {
      const surrogate = Buffer.concat([
        Buffer.from('A,'),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from('\n'),
      ]);
      const bytes = Buffer.concat([
        Buffer.from('idTag,note\n'),
        surrogate,
        Buffer.from('B,\0\nC,"two\r\nlines"\n'),
      ]);
      const { body } = await send('text/csv', inChunks(bytes));
      expect(body).toMatchObject({ lines: 3, errors: [{ line: 2 }] });
      expect(control.store.tokens.get('C')).toMatchObject({ note: 'two\r\nlines' });
      expect(control.store.tokens.get('A')).toBeUndefined();
    });

    test('that cannot be stored are refused for that, whatever became of the body by then', async () => {
      const put = vi.spyOn(control.store.tokens, 'importMany').mockImplementation(async (tokens) => {
        for await (const _ of tokens);
        throw new LogUnavailableError('no NATS server can be reached');
      });
      onTestFinished(() => put.mockRestore());
      const { status, body } = await send('application/x-ndjson', '{"idTag":"A","status":"Accepted"}');
      expect([status, body.error.code]).toEqual([503, 'log_unavailable']);
    });

    test('in another format are refused', async () => {
      for (const type of ['application/json', 'text/plain']) {
        const answer = await send(type, '{"idTag":"A"}');
        expect([answer.status, answer.body.error.code]).toEqual([415, 'unsupported_media_type']);
      }
      const empty = await control.send('POST', `${path}/import`);
      expect([empty.status, empty.body.error.code]).toEqual([415, 'unsupported_media_type']);
    });

    test.each([
      ['application/x-ndjson', (index: number) => `{"idTag":"T${index}"}\n`, ''],
      ['text/csv', (index: number) => `T${index}\n`, 'idTag\n'],
    ])('as %s over a connection that breaks are kept up to there', async (type, line, header) => {
      const socket = request(`${control.base}${path}/import`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': type },
      });
      socket.on('error', () => undefined);
      socket.write(header + Array.from({ length: 1000 }, (_, index) => line(index)).join(''));
      await vi.waitFor(() => expect(control.store.tokens.count()).toBeGreaterThanOrEqual(500));
      const running = async () =>
        (await control.send('GET', '/metrics')).body.match(/farad_token_imports\{.*\} (\d)/)[1];
      expect(await running()).toBe('1');
      socket.destroy();
      await vi.waitFor(() => expect(control.log.join('')).toContain('request aborted'));
      await vi.waitFor(async () => expect(await running()).toBe('0'));
      expect(control.log.join('')).not.toContain('"level":"error"');
      expect((await control.send('GET', `${path}/T0`)).status).toBe(200);
    });

    test('with a bad header leave the connection to the request behind them', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      const headers = { authorization: `Bearer ${API_KEY}` };
      const imported = {
        method: 'POST',
        url: `${path}/import`,
        headers: { ...headers, 'content-type': 'text/csv' },
        body: Buffer.from(`nothing\n${'x'.repeat(300_000)}`),
      };
      const after = { method: 'GET', url: path, headers };
      for (let round = 0; round < 3; round++) {
        expect((await exchange(control.base, agent, imported, 5000)).status).toBe(422);
        expect((await exchange(control.base, agent, after, 5000)).status).toBe(200);
      }
    });
  });
});
