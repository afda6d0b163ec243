/** How long after its event a row shows in analytics, roughly, ms. */
export const LOG_DELAY_MS = 1200;
