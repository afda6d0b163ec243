import { warningsBeforeSetting } from '../operations/profile-situation.ts';
import { type KnownChargePoint, knownChargePoints, searchedTexts } from '../store/known-charge-points.ts';
import type { Sight } from '../store/sight.ts';
import { type AnsweredCall, callChargePoint } from './charge-point-call.ts';
import { profileOf, type SetProfileBody } from './charging-profile-view.ts';
import type { ControlDeps } from './deps.ts';
import { ApiError } from './errors.ts';
import { refuseUnlessForced, type Warning } from './warnings.ts';

/**
 * Which charge points are meant: those that fit everything that is given
 * (`#/components/schemas/FleetProfile`).
 */
export interface FleetFilter {
  readonly ids?: readonly string[];
  readonly group?: string;
  readonly text?: string;
  readonly registration?: string;
  readonly connected?: boolean;
}

/** What became of the profile at one charge point (`#/components/schemas/FleetProfileLine`). */
export interface FleetProfileLine {
  readonly chargePointId: string;
  readonly answer: AnsweredCall | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly warnings: readonly Warning[];
}

type Deps = Pick<ControlDeps, 'store' | 'edges' | 'config'>;

/**
 * Sets the same profile at many charge points, `atOnce` of them at a time, and reports each as soon as it
 * has answered. Whoever stops listening stops what has not been sent.
 */
export async function* setForMany(
  deps: Deps,
  ids: AsyncIterable<string>,
  request: SetProfileBody,
  { atOnce, force }: { readonly atOnce: number; readonly force: boolean },
): AsyncGenerator<FleetProfileLine> {
  const underWay = new Map<string, Promise<FleetProfileLine>>();
  const next = async (): Promise<FleetProfileLine> => {
    const line = await Promise.race(underWay.values());
    underWay.delete(line.chargePointId);
    return line;
  };
  for await (const id of ids) {
    if (underWay.has(id)) continue;
    underWay.set(id, setFor(deps, id, request, force));
    if (underWay.size >= atOnce) yield await next();
  }
  while (underWay.size > 0) yield await next();
}

async function setFor(
  deps: Deps,
  id: string,
  request: SetProfileBody,
  force: boolean,
): Promise<FleetProfileLine> {
  const warnings = warningsBeforeSetting(deps.store, id, profileOf(request), Date.now());
  try {
    refuseUnlessForced(id, warnings, force);
    const answer = await callChargePoint(deps, id, 'SetChargingProfile', request);
    return { chargePointId: id, answer, error: null, warnings };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { code, message } = error;
    return { chargePointId: id, answer: null, error: { code, message }, warnings };
  }
}

/**
 * The ids of the charge points in sight that a filter means. Ids that were given are taken as they are: the
 * call says of those that nobody knows.
 */
export async function* targetsOf(
  { store, edges }: Deps,
  sight: Sight,
  filter: FleetFilter,
): AsyncGenerator<string> {
  const isMeant = (known: KnownChargePoint): boolean =>
    sight.sees(known.id) && matches(known, filter, () => edges.holder(known.id) !== undefined);
  if (filter.ids !== undefined) {
    for (const id of new Set(filter.ids)) {
      const settings = store.settings.get(id);
      const record = store.chargePoints.get(id);
      const known = { id, ...(settings && { settings }), ...(record && { record }) };
      if (isMeant(known)) yield id;
    }
    return;
  }
  for await (const known of knownChargePoints(store, undefined)) if (isMeant(known)) yield known.id;
}

function matches(
  known: KnownChargePoint,
  { group, text, registration, connected }: FleetFilter,
  isConnected: () => boolean,
): boolean {
  const { record, settings } = known;
  if (group !== undefined && settings?.group !== group) return false;
  if (registration !== undefined && registration !== (record?.registration ?? 'Unknown')) return false;
  if (text !== undefined) {
    const wanted = text.toLowerCase();
    if (!searchedTexts(known).some((member) => member.toLowerCase().includes(wanted))) return false;
  }
  return connected === undefined || connected === isConnected();
}
