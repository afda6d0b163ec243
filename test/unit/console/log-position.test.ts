import { expect, it } from 'vitest';
import { LogPosition } from '../../../src/console/log-position.ts';

it('the newest position of each stream goes with the next request, and that of a former log is forgotten', () => {
  const position = new LogPosition();
  position.noted(null);
  expect(position.headers).toEqual({});
  position.noted('log-1/farad-directory:9,farad-state-0:4');
  position.noted('log-1/farad-directory:7,farad-state-0:5,farad-state-1:1');
  position.noted('');
  expect(position.headers).toEqual({
    'farad-position': 'log-1/farad-directory:9,farad-state-0:5,farad-state-1:1',
  });
  position.noted('log-2/farad-directory:2');
  expect(position.headers).toEqual({ 'farad-position': 'log-2/farad-directory:2' });
});
