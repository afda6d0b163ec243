import { type Api, askApi } from './api.ts';
import { demoPlace } from './demo-places.ts';

/** The charge points that the demo's operator looks after. */
const GROUP = 'Demo yard';
const EVERY_FIFTH = 5;

/** How many charge points of the demo are reserved at its start, and for how long, ms. */
const RESERVED = 3;
const RESERVED_FOR_MS = 10 * 60_000;

/** How many charge points of the demo stand somewhere: as many as a newcomer looks at. */
const PLACED = 500;

/**
 * What an operator has going on while a newcomer looks around: a group whose local list is kept up
 * automatically, a firmware campaign over it, a few reservations, a rule that raises alarms, and places on
 * the map. Done through the API once the charge points are connected. Throws Error where the API refuses.
 */
export async function operateDemo(api: Api, identities: readonly string[], now: number): Promise<void> {
  const yard = identities.filter((_, index) => index % EVERY_FIFTH === 0);
  for (const id of yard) await send(api, 'PATCH', `charge-points/${id}`, { group: GROUP });
  await send(api, 'PUT', 'local-lists/demo-yard', {
    scope: { group: GROUP },
    sync: 'automatic',
    entries: Array.from({ length: 10 }, (_, index) => ({
      idTag: `CARD${String(index + 1).padStart(4, '0')}`,
    })),
    note: 'demo',
  });
  await send(api, 'POST', 'campaigns', {
    name: 'Firmware 3.0.0 for the demo yard',
    task: {
      action: 'UpdateFirmware',
      payload: {
        location: 'https://files.example/firmware-3.0.0.bin',
        retrieveDate: new Date(now).toISOString(),
      },
    },
    targets: { group: GROUP },
    atOnce: 2,
  });
  const others = identities.filter((id) => !yard.includes(id)).slice(-RESERVED);
  for (const [index, chargePointId] of others.entries()) {
    await send(api, 'POST', 'reservations?force=true', {
      chargePointId,
      connectorId: 1,
      idTag: `CARD${String(index + 20).padStart(4, '0')}`,
      expiryDate: new Date(now + RESERVED_FOR_MS).toISOString(),
    });
  }
  await send(api, 'PUT', `alarm-rules/${encodeURIComponent('faulted for a minute')}`, {
    condition: { kind: 'faulted', minutes: 1 },
  });
  for (const [index, id] of identities.slice(0, PLACED).entries())
    await send(api, 'PATCH', `charge-points/${id}`, { place: demoPlace(index) });
}

async function send(api: Api, method: string, path: string, body: unknown): Promise<void> {
  await askApi(api, { method, path: `/api/v1/${path}`, body: JSON.stringify(body) });
}
