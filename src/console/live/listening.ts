import type { Session } from '../model.ts';
import type { LiveEvent, Question } from './wish.ts';

/** What comes on one stream of GET /events. Nothing comes after `failed`. */
export interface Listening {
  /** `listener`: whom the API takes this browser for. */
  joined(id: string, listener: Session): void;
  event(id: string, event: LiveEvent): void;
  missed(): void;
  position(id: string): void;
  failed(): void;
}

/**
 * Opens a stream after the event `after`, or with what is new; the returned function closes it. It does not
 * come back by itself.
 */
export type OpenStream = (question: Question, after: string | undefined, listening: Listening) => () => void;
