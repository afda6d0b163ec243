export type Topic = 'status' | 'transactions' | 'connections' | 'authorizations' | 'security' | 'alarms';

export const TOPICS: readonly Topic[] = [
  'status',
  'transactions',
  'connections',
  'authorizations',
  'security',
  'alarms',
];

/** What happens at charge points. */
export const OF_CHARGE_POINTS: readonly Topic[] = TOPICS.filter((topic) => topic !== 'alarms');

export interface LiveEvent {
  readonly topic: Topic;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What something on the screen follows. */
export interface Wish {
  readonly topics: readonly Topic[];
  /** Absent: of every charge point. */
  readonly chargePointId?: string;
}

/** What one stream brings: `topics` of `chargePointIds`, and `fleetTopics` of every charge point. */
export interface Question {
  readonly topics: readonly Topic[];
  readonly chargePointIds: readonly string[];
  readonly fleetTopics: readonly Topic[];
}

/** More charge points than the API takes, or than fit into a URL, are asked for as all of them. */
const MOST_CHARGE_POINTS = 100;
const MOST_CHARACTERS = 4000;

/** What brings all that is wished for; undefined where nothing is. */
export function unionOf(wishes: readonly Wish[]): Question | undefined {
  const [topics, ids, fleet] = [new Set<Topic>(), new Set<string>(), new Set<Topic>()];
  for (const { topics: wanted, chargePointId } of wishes) {
    if (chargePointId !== undefined) ids.add(chargePointId);
    for (const topic of wanted) (chargePointId === undefined ? fleet : topics).add(topic);
  }
  if (topics.size + fleet.size === 0) return undefined;
  const length = [...ids].reduce((sum, id) => sum + encodeURIComponent(id).length, 0);
  if (ids.size > MOST_CHARGE_POINTS || length > MOST_CHARACTERS) {
    return { topics: [], chargePointIds: [], fleetTopics: inOrder(new Set([...topics, ...fleet])) };
  }
  return { topics: inOrder(topics), chargePointIds: [...ids].sort(), fleetTopics: inOrder(fleet) };
}

export function covers({ topics, chargePointIds, fleetTopics }: Question, wish: Wish): boolean {
  const ofIt = wish.chargePointId !== undefined && chargePointIds.includes(wish.chargePointId);
  return wish.topics.every((topic) => fleetTopics.includes(topic) || (ofIt && topics.includes(topic)));
}

export function isWished({ topics, chargePointId }: Wish, { topic, data }: LiveEvent): boolean {
  return topics.includes(topic) && (chargePointId === undefined || data.chargePointId === chargePointId);
}

/** The query string of GET /events. */
export function parametersOf({ topics, chargePointIds, fleetTopics }: Question): URLSearchParams {
  if (chargePointIds.length === 0) return new URLSearchParams({ topics: fleetTopics.join(',') });
  const parameters = new URLSearchParams({ topics: topics.join(',') });
  for (const id of chargePointIds) parameters.append('chargePointId', id);
  if (fleetTopics.length > 0) parameters.set('fleetTopics', fleetTopics.join(','));
  return parameters;
}

function inOrder(topics: ReadonlySet<Topic>): Topic[] {
  return TOPICS.filter((topic) => topics.has(topic));
}
