import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Fleet } from '../src/simulator/fleet.ts';
import { LoadHabits } from '../src/simulator/load-habits.ts';
import { Random } from '../src/simulator/random.ts';
import type { FleetOrder, FromFleet, ToFleet } from './fleet-messages.ts';
import { FleetRecorder } from './fleet-recorder.ts';
import { fleetSecurity } from './security/fleet-security.ts';

/**
 * Entry of a simulating process: it does what the coordinating process says and reports a few times a second.
 */

const REPORT_EVERY_MS = 250;
/** Cards that nobody provisioned: an answer other than Invalid is an error. */
const UNKNOWN_SHARE = 0.02;

/**
 * Charge points do not wait for a server's cores: where it is allowed to, the simulator runs as soon as
 * something is due.
 */
const PRIORITY = -10;

let running: { fleet: Fleet; recorder: FleetRecorder; order: FleetOrder } | undefined;

process.on('message', (message: ToFleet) => {
  if (message.type === 'order') begin(message);
  else if (running === undefined) throw new Error(`${message.type} before the order`);
  else obey(message, running);
});
// The coordinating process is gone, and with it the purpose of this one.
process.once('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

function begin(order: FleetOrder): void {
  beQuick();
  const { firstIndex, chargePoints, identityPrefix } = order;
  const recorder = new FleetRecorder(firstIndex, chargePoints);
  const fleet = new Fleet({
    url: order.ocppUrl,
    chargePoints,
    firstIndex,
    identity: (index) => `${identityPrefix}${index}`,
    habits: new LoadHabits(order),
    recorder,
    seed: order.seed,
    observeLateness: (ms) => recorder.late(ms),
    ...(order.security && { security: fleetSecurity(order.security) }),
  });
  running = { fleet, recorder, order };
  setInterval(() => report(fleet, recorder), REPORT_EVERY_MS);
  tell({ type: 'ready' });
}

function obey(
  message: Exclude<ToFleet, FleetOrder>,
  { fleet, recorder, order }: NonNullable<typeof running>,
): void {
  switch (message.type) {
    case 'ramp':
      fleet.start(message.rampMs);
      break;
    case 'load': {
      report(fleet, recorder);
      recorder.phase = 'load';
      const random = Random.forPart(order.seed, -1 - order.firstIndex);
      fleet.startTurnover(message.sessionsPerSecond, random);
      fleet.startArrivals(message.authorizePerSecond, random, (draw) =>
        order.onlyKnownCards !== true && draw.chance(UNKNOWN_SHARE)
          ? { idTag: `NOBODY${draw.below(1_000_000)}`, expected: 'Invalid' }
          : { idTag: draw.pick(order.idTags), expected: 'Accepted' },
      );
      break;
    }
    case 'cut':
      fleet.cutLines(message.forgetsSessions);
      break;
    case 'wind-down':
      report(fleet, recorder);
      recorder.phase = 'wind-down';
      fleet.windDown(message.spreadMs);
      break;
    case 'ledger':
      tell({ type: 'ledger', request: message.request, columns: recorder.ledger.columns });
      break;
    case 'stop':
      fleet.stop().then(() => {
        tell({ type: 'stopped' });
        process.disconnect();
      });
      break;
  }
}

function report(fleet: Fleet, recorder: FleetRecorder): void {
  // Looking through all charge points costs a little, so only when it matters.
  const settled = recorder.phase === 'wind-down' && fleet.isSettled;
  tell(recorder.report(fleet.traffic, settled));
}

/** Asks for more urgency than others have; only root gets it. */
function beQuick(): void {
  try {
    setPriority(PRIORITY);
    // Where Linux shares cores out among sessions first, niceness says little beyond one's own; this process
    // leads a session.
    writeFileSync('/proc/self/autogroup', String(PRIORITY));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Then it is one among others.
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOENT') throw error;
  }
}

function tell(message: FromFleet): void {
  process.send?.(message);
}
