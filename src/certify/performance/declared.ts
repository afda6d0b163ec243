/** What certified products declare for *OCPP response timeout* and for *Response time Authorize*, s. */
export const DECLARED_S = 5;
