import { ocpp16 } from './v16/dialect.ts';
import type { Dialect, OcppVersion } from './version.ts';

const byVersion: Readonly<Record<OcppVersion, Dialect>> = { '1.6': ocpp16 };

/** Every version that Farad speaks. */
export const DIALECTS: readonly Dialect[] = Object.values(byVersion);

/** What a Central System may send in any version. */
export const CENTRAL_SYSTEM_ACTIONS: readonly string[] = [
  ...new Set(DIALECTS.flatMap(({ centralSystemActions }) => centralSystemActions)),
];

/** The version of those charge points of which nobody has noted one: they came before there was another. */
export const FIRST_VERSION: OcppVersion = '1.6';

/** How charge points of this version talk. */
export function dialectOf(version: OcppVersion = FIRST_VERSION): Dialect {
  return byVersion[version];
}

/**
 * Of what the list in a `Sec-WebSocket-Protocol` header offers, in its order, the first that Farad speaks
 * (OCPP-J 1.6 §3.1.2); undefined where there is none. A missing header offers nothing.
 */
export function offeredDialect(header: string): Dialect | undefined {
  // Nearly always the header is just that.
  const only = dialectNamed(header);
  if (only !== undefined || header === '') return only;
  for (const offered of header.split(',')) {
    const dialect = dialectNamed(offered.trim());
    if (dialect !== undefined) return dialect;
  }
  return undefined;
}

function dialectNamed(subprotocol: string): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.subprotocol === subprotocol);
}

/** Whether any version has an action of this name: what else comes from the wire must not make labels. */
export function isKnownAction(text: string): boolean {
  return DIALECTS.some((dialect) => dialect.isAction(text));
}
