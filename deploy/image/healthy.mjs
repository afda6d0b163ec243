import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/** Ends with 0 where Farad does all that charge points need: what HEALTHCHECK of the image asks. */
const { FARAD_API_PORT: port = '9221', FARAD_API_TLS_CERTIFICATES: certificates = '' } = process.env;
const get = certificates === '' ? getPlain : getSecure;
// It asks itself: whose name the certificate has is for others to check.
const options = { host: '127.0.0.1', port, path: '/readyz', timeout: 2500, rejectUnauthorized: false };
process.exitCode = 1;
get(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => undefined);
