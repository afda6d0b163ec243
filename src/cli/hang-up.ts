import { isatty } from 'node:tty';

const STREAMS = [0, 1, 2];

/**
 * Runs `reload` on SIGHUP, as administrators of services expect; or `stop`, where it is the word of a
 * terminal that is gone: Farad was started there and has nobody left to talk to.
 */
export function onHangUp(
  reload: () => void,
  stop: (reason: string) => void,
  isTerminal: (stream: number) => boolean = isatty,
): void {
  const terminals = STREAMS.filter((stream) => isTerminal(stream));
  process.on('SIGHUP', () => {
    if (terminals.some((stream) => !isTerminal(stream))) stop('SIGHUP');
    else reload();
  });
}
