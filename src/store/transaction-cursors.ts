/**
 * Reads the cursor of a listing by time of receipt; undefined where none was given. Throws RangeError where
 * it is none.
 */
export function readCursor(cursor: string | undefined): { receivedAt: number; id: number } | undefined {
  if (cursor === undefined) return undefined;
  const [, receivedAt, id] = /^(-?\d+)-(\d+)$/.exec(cursor) ?? [];
  if (receivedAt === undefined || id === undefined)
    throw new RangeError(`${JSON.stringify(cursor)} is no cursor`);
  return { receivedAt: Number(receivedAt), id: Number(id) };
}

/**
 * Reads the cursor of a listing by charge point and connector; undefined where none was given. Throws
 * RangeError where it is none.
 */
export function readPlace(
  cursor: string | undefined,
): { chargePointId: string; connectorId: number } | undefined {
  if (cursor === undefined) return undefined;
  const [, connectorId, chargePointId] = /^(-?\d+) (.*)$/s.exec(cursor) ?? [];
  if (chargePointId === undefined) throw new RangeError(`${JSON.stringify(cursor)} is no cursor`);
  return { chargePointId, connectorId: Number(connectorId) };
}
