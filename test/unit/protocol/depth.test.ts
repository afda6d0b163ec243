import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutDeep, isTooDeep, MAX_DEPTH, readFrame } from '../../../src/protocol/frame.ts';

const arrays = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number): string => '{"a":'.repeat(levels) + 1 + '}'.repeat(levels);

/** Levels of a JSON value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the depth of a frame', () => {
  test.each([
    ['arrays', arrays],
    ['objects', objects],
  ])('%s on 64 levels are left as they are, those below are cut off', (_what, nested) => {
    expect(cutDeep(nested(MAX_DEPTH))).toBeUndefined();
    const cut = cutDeep(nested(MAX_DEPTH + 1)) as string;
    expect(depthOf(JSON.parse(cut))).toBe(MAX_DEPTH);
    expect(cutDeep(nested(100_000))).toBe(cut);
  });

  test('many brackets beside each other, or in texts, are not deep', () => {
    expect(cutDeep(`[${Array.from({ length: 1000 }, () => '{"a":[]}').join()}]`)).toBeUndefined();
    expect(cutDeep(JSON.stringify(['['.repeat(1000), '\\', '"{'.repeat(1000), '\\"']))).toBeUndefined();
  });

  test('what lies beside the deep parts is kept, and escaped quotes do not hide a bracket', () => {
    const text = `{"a":"\\\\","deep":${arrays(500)},"b":"\\"[","again":${objects(300)},"c":[1]}`;
    const cut = JSON.parse(cutDeep(text) as string) as Record<string, unknown>;
    expect(cut).toMatchObject({ a: '\\', b: '"[', c: [1] });
    expect(depthOf(cut)).toBe(MAX_DEPTH);
  });

  test('a JSON value is changed only where it is too deep, and then on the deep levels only', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.string(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.nat({ max: 80 }), (inner, levels) => {
        const text = '['.repeat(levels) + JSON.stringify(inner) + ']'.repeat(levels);
        const cut = cutDeep(text);
        const depth = levels + depthOf(inner);
        expect(isTooDeep(JSON.parse(text))).toBe(depth > MAX_DEPTH);
        if (depth <= MAX_DEPTH) expect(cut).toBeUndefined();
        else expect(depthOf(JSON.parse(cut as string))).toBe(MAX_DEPTH);
      }),
    );
  });

  test('text that is no JSON is cut, too, and stays no JSON', () => {
    for (const text of [
      '['.repeat(5000),
      `${'{"a'.repeat(5000)}`,
      `]]${'[{'.repeat(5000)}`,
      `"${arrays(99)}`,
    ]) {
      expect(() => JSON.parse(cutDeep(text) ?? text)).toThrow(SyntaxError);
      expect(readFrame(text)).toMatchObject({ type: 'malformed' });
    }
  });
});

describe('a frame that is nested too deeply', () => {
  test('of a CALL, id, action and the upper levels are read', () => {
    const frame = `[2,"1","StartTransaction",{"connectorId":1,"vendor":${objects(6000)}}]`;
    expect(readFrame(frame)).toMatchObject({
      type: 'call',
      messageId: '1',
      action: 'StartTransaction',
      payload: { connectorId: 1 },
      deepFrame: frame,
    });
  });

  test('where the id or the action is deep it is no CALL', () => {
    expect(readFrame(`[2,${arrays(6000)},"Heartbeat",{}]`)).toEqual({
      type: 'malformed',
      code: 'FormationViolation',
      description: 'The messageId is not a string',
    });
    expect(readFrame(`[2,"1",${arrays(6000)},{}]`)).toMatchObject({ type: 'malformed', messageId: '1' });
  });

  test.each(['[3,"1",{"status":', '[3,"1",'])('an answer stands for an error: %s', (head) => {
    expect(readFrame(`${head}${arrays(6000)}${head.endsWith(':') ? '}' : ''}]`)).toEqual({
      type: 'error',
      messageId: '1',
      code: 'FormationViolation',
      description: 'The answer is nested more than 64 levels deep',
      details: {},
    });
  });

  test('an error keeps its code', () => {
    const reading = readFrame(`[4,"1","NotSupported","no",${objects(6000)}]`);
    expect(reading).toMatchObject({ type: 'error', code: 'NotSupported', description: 'no' });
    expect(depthOf(reading)).toBeLessThanOrEqual(MAX_DEPTH);
  });
});

test.each(['[3,"1",{"status":}]', '[4,"1","GenericError",'])(
  'an answer that is no JSON, but says which CALL it answers, stands for an error: %s',
  (frame) => {
    expect(readFrame(frame)).toMatchObject({ type: 'error', messageId: '1', code: 'FormationViolation' });
  },
);
