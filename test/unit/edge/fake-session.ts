import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { EdgeMetrics } from '../../../src/edge/edge-metrics.ts';
import { Session } from '../../../src/edge/session.ts';
import { SessionGuard } from '../../../src/edge/session-guard.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import type { Dialect } from '../../../src/protocol/version.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';

export interface FakeSession {
  readonly session: Session;
  /** What went to the socket: frames, `ping`, `end <code>`, `drop`. */
  readonly sent: string[];
}

export interface FakeSessionOptions {
  readonly id?: string;
  readonly dialect?: Dialect;
  readonly pingInterval?: number;
  readonly heardAt?: number;
  readonly onClose?: (session: Session) => void;
}

/** A session on a socket that only notes what is asked of it. */
export function fakeSession({
  id = 'CP-1',
  dialect = ocpp16,
  pingInterval = 0,
  heardAt = 0,
  onClose,
}: FakeSessionOptions = {}): FakeSession {
  const sent: string[] = [];
  const chargePoint: ChargePoint = {
    id,
    dialect,
    registration: 'Accepted',
    strict: false,
    vendor: '',
    model: '',
    numberOfConnectors: 0,
    triggered: new Set(),
    awaited: [],
    openTransactions: [],
    signing: undefined,
    lastSeenAt: 0,
  };
  const close = (word: string): void => {
    sent.push(word);
    session.closed = true;
    onClose?.(session);
  };
  const socket = {
    send(text: string) {
      if (!session.closed) sent.push(text);
      return !session.closed;
    },
    ping: () => void sent.push('ping'),
    pause: () => false,
    resume: () => undefined,
    end: (code: number) => close(`end ${code}`),
    drop: () => close('drop'),
  };
  const session: Session = new Session(chargePoint, dialect, socket, '192.0.2.1', pingInterval, 0, heardAt);
  return { session, sent };
}

/** The last to catch a fault of a session, where nobody looks at what it says. */
export function fakeGuard(): SessionGuard {
  const silent = { warn: () => undefined, error: () => undefined };
  return new SessionGuard(new EdgeMetrics(createRegistry({ process: 'test' })), silent);
}
