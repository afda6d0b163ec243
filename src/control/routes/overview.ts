import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import { censusInSight } from '../census-in-sight.ts';
import type { ControlDeps } from '../deps.ts';
import type { FleetCensus, FleetIndex } from '../fleet-index.ts';
import { LastHour } from '../last-hour.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { Pulse, type PulseNow } from '../pulse.ts';
import { addRoute } from '../route.ts';

const operation: Operation = {
  id: 'getOverview',
  method: 'GET',
  path: '/api/v1/overview',
  tag: 'Operations',
  scope: 'narrowed',
  summary: 'How the fleet and Farad are',
  description:
    'Numbers that are at hand: counts of charge points and connectors are some seconds old (`countedAt`), rates are over ten seconds, the ' +
    'quantile over a minute. Asking costs the charge points nothing.',
  query: {
    history: {
      type: 'boolean',
      default: false,
      description: 'Also the last hour, one point per ten seconds.',
    },
  },
  responses: { 200: json('The numbers.', ref('Overview')) },
};

const lines = [
  'sockets',
  'charging',
  'faulted',
  'powerW',
  'framesPerSecond',
  'samplesPerSecond',
  'authorizeP99Seconds',
  'journalAgeSeconds',
] as const;

/** Those that tell of charge points, not of Farad. */
const FLEET_LINES: readonly (typeof lines)[number][] = ['sockets', 'charging', 'faulted', 'powerW'];

export function addOverviewRoute(
  app: FastifyInstance,
  { link, config }: ControlDeps,
  fleet: FleetIndex,
): void {
  const lastHour = new LastHour(lines);
  const pulse = new Pulse(link, config, (now, at) => {
    void fleet.census().then((census) => lastHour.note(at, { ...now, ...countsOf(census) }));
  });
  app.addHook('onListen', async () => pulse.start());
  app.addHook('onClose', async () => pulse.close());

  addRoute<{ Querystring: { history: boolean } }>(app, operation, async ({ query, sight }) => {
    const [now, all] = await Promise.all([pulse.now(), fleet.census()]);
    const census = censusInSight(all, sight);
    const { port, path } = config.ocpp;
    const connect = { ocppPort: port === 0 ? null : port, ocppPath: path };
    const history = { ...(query.history && { history: lastHour.read() }) };
    if (!sight.scope) return { ...view(now, census), ...connect, ...history };
    // What is measured of the whole fleet is not told to those who see a part of it.
    const part = { ...now, sockets: census.connected, powerW: null };
    return { ...view(part, census), ...connect, ...(query.history && { history: ofFarad(lastHour.read()) }) };
  });
}

/** The same without the lines of the fleet. */
function ofFarad({ at, lines: all }: ReturnType<LastHour<(typeof lines)[number]>['read']>) {
  const untold = at.map(() => null);
  const ofFleet = Object.fromEntries(FLEET_LINES.map((name) => [name, untold]));
  return { at, lines: { ...all, ...ofFleet } };
}

function view(now: Omit<PulseNow, 'powerW'> & { readonly powerW: number | null }, census: FleetCensus) {
  return {
    at: writeTimestamp(Date.now()),
    ...now,
    ...countsOf(census),
    countedAt: writeTimestamp(census.at),
    chargePoints: census.chargePoints.length,
    neverBooted: census.neverBooted,
    connectors: census.connectors,
    offlineConnectors: census.offlineConnectors,
  };
}

function countsOf({ connectors }: FleetCensus) {
  return { charging: connectors.Charging ?? 0, faulted: connectors.Faulted ?? 0 };
}
