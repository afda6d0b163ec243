import type { OpenStream } from './listening.ts';
import { parametersOf, TOPICS } from './wish.ts';

/** Opens a stream of GET /events. */
export const openStream: OpenStream = (question, after, listening) => {
  const parameters = parametersOf(question);
  if (after !== undefined) parameters.set('lastEventId', after);
  const source = new EventSource(`/api/v1/events?${parameters}`);
  const on = (name: string, then: (event: MessageEvent<string>) => void) =>
    source.addEventListener(name, then);
  for (const topic of TOPICS) {
    on(topic, ({ lastEventId, data }) => listening.event(lastEventId, { topic, data: JSON.parse(data) }));
  }
  on('joined', ({ lastEventId, data }) => listening.joined(lastEventId, JSON.parse(data).listener));
  on('position', ({ lastEventId }) => listening.position(lastEventId));
  on('missed', () => listening.missed());
  source.onerror = () => {
    // The browser would try again by itself, but not after a refusal, and it does not say which it was.
    source.close();
    listening.failed();
  };
  return () => source.close();
};
