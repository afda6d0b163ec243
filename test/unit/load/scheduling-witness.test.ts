import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../support/until.ts';

const witness = fileURLToPath(new URL('../../../build/load/scheduling-witness-process.js', import.meta.url));

/**
 * Prints how often the witness has woken, and for how many microseconds too late in all, message by message.
 */
const PARENT = `
  const { fork } = require('node:child_process');
  fork(${JSON.stringify(witness)}, [], { serialization: 'advanced' }).on('message', (late) =>
    console.log(late.length + ' ' + late.reduce((sum, each) => sum + each, 0)));
`;

test('a witness wakes a hundred times a second, and ends without a word when who started it is killed', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  let [told, complaints] = ['', ''];
  parent.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  parent.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  await until('the witness has told three times', () => told.split('\n').length > 4);
  const [woken, late] = (told.split('\n')[1] ?? '').split(' ').map(Number);
  // Fewer where it slept through some of its times; late it is always by a little.
  expect(woken).toBeGreaterThan(0);
  expect(woken).toBeLessThanOrEqual(25);
  expect(late).toBeGreaterThan(0);

  parent.kill('SIGKILL');
  // Its output ends with the last of those who hold it: the witness.
  await once(parent, 'close');
  expect(complaints).toBe('');
});
