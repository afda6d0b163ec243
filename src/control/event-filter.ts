import type { EventsRequest, LiveEvent, Topic } from '../link/methods.ts';

export const topics = [
  'status',
  'transactions',
  'connections',
  'authorizations',
  'security',
  'alarms',
] as const satisfies readonly Topic[];

/** What happens at charge points: what a client gets that names no topics. */
export const ofChargePoints = topics.filter((topic) => topic !== 'alarms');

/** Which events a client of GET /events wants. */
export interface EventFilter {
  readonly topics: ReadonlySet<Topic>;
  /** Of these charge points only; absent: of all. */
  readonly chargePointIds?: ReadonlySet<string>;
  /** Wanted of every charge point, whatever `chargePointIds` says. */
  readonly fleetTopics: ReadonlySet<Topic>;
  /** Whether whoever listens may see a charge point at this moment; undefined: what is of all. */
  readonly sees: (chargePointId: string | undefined) => boolean;
}

/** Of any charge point. */
export function wantsTopic({ topics, fleetTopics }: EventFilter, topic: Topic): boolean {
  return topics.has(topic) || fleetTopics.has(topic);
}

export function wants(
  { topics, chargePointIds, fleetTopics, sees }: EventFilter,
  { topic, data }: LiveEvent,
): boolean {
  if (!sees(data.chargePointId as string | undefined)) return false;
  if (fleetTopics.has(topic)) return true;
  return topics.has(topic) && (!chargePointIds || chargePointIds.has(data.chargePointId as string));
}

/** What to ask analytics for: all that the filter wants, and little else. */
export function questionOf({
  topics,
  chargePointIds,
  fleetTopics,
}: EventFilter): Pick<EventsRequest, 'topics' | 'chargePointId'> {
  const [only, ...others] = chargePointIds ?? [];
  return {
    topics: [...new Set([...topics, ...fleetTopics])],
    ...(only !== undefined && others.length === 0 && fleetTopics.size === 0 && { chargePointId: only }),
  };
}
