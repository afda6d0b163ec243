/** A row that analytics answers shows about this long after its event, ms. */
export const LOG_DELAY_MS = 1200;
