/** Ends with 0 where Farad does all that charge points need: what HEALTHCHECK of the image asks. */
const port = process.env.FARAD_API_PORT ?? '9221';
try {
  const { ok } = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2500) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
