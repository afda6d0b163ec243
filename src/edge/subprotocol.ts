/** The only subprotocol that Farad speaks so far (OCPP-J 1.6 §3.1.2). */
export const SUBPROTOCOL = 'ocpp1.6';

/** Whether the list in a `Sec-WebSocket-Protocol` header offers OCPP 1.6; a missing header offers nothing. */
export function offersSubprotocol(header: string): boolean {
  // Nearly always the header is just that.
  return header === SUBPROTOCOL || header.split(',').some((offered) => offered.trim() === SUBPROTOCOL);
}
