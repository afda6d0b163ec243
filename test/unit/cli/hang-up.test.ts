import { expect, onTestFinished, test } from 'vitest';
import { onHangUp } from '../../../src/cli/hang-up.ts';

function hangUp(isTerminal: (stream: number) => boolean): { heard: string[]; send: () => void } {
  const heard: string[] = [];
  const others = process.listeners('SIGHUP');
  onHangUp(
    () => heard.push('reload'),
    (reason) => heard.push(`stop by ${reason}`),
    isTerminal,
  );
  const [listener] = process.listeners('SIGHUP').filter((one) => !others.includes(one));
  onTestFinished(() => void (listener && process.off('SIGHUP', listener)));
  return { heard, send: () => listener?.('SIGHUP') };
}

test('SIGHUP reads certificates again: of a service, and at a terminal that is there', () => {
  const service = hangUp(() => false);
  service.send();
  service.send();
  expect(service.heard).toEqual(['reload', 'reload']);
  const terminal = hangUp((stream) => stream === 2);
  terminal.send();
  expect(terminal.heard).toEqual(['reload']);
});

test('SIGHUP of a terminal that was closed stops what was started there', () => {
  let open = true;
  const { heard, send } = hangUp((stream) => open && stream < 2);
  open = false;
  send();
  expect(heard).toEqual(['stop by SIGHUP']);
});
