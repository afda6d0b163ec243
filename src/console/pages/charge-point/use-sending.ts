import { useState } from 'preact/hooks';
import { queryOf, request } from '../../api.ts';
import { Failure } from '../../failure.ts';
import type { Sent } from './answer.tsx';

export interface Sending {
  /** Undefined before the first one. */
  readonly sent: Sent | undefined;
  readonly busy: boolean;
  /** `force`: also where Farad knows of something that speaks against it. */
  send(action: string, payload: unknown, options?: { readonly force?: boolean }): Promise<void>;
}

/** A command to a charge point, from the browser to what came of it. */
export function useSending(id: string): Sending {
  const [sent, setSent] = useState<Sent | undefined>();
  return {
    sent,
    busy: sent?.state === 'unsent' || sent?.state === 'waiting',
    async send(action, payload, { force } = {}) {
      const at = Date.now();
      setSent({ state: 'unsent', at });
      const onSent = () => setSent({ state: 'waiting', at: Date.now() });
      const path = `/charge-points/${encodeURIComponent(id)}/calls/${action}${queryOf({ force: force || undefined })}`;
      try {
        setSent({ state: 'answered', at, answer: await request('POST', path, { body: payload, onSent }) });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        setSent({ state: 'refused', at, failure: error });
      }
    },
  };
}

/** Whether the charge point has agreed to what it was sent. */
export function isAgreed(sent: Sent | undefined): boolean {
  if (sent?.state !== 'answered' || sent.answer.outcome !== 'result') return false;
  const { status } = sent.answer.payload as { readonly status?: unknown };
  return status === 'Accepted' || status === 'RebootRequired';
}
