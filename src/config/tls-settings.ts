import { duration, flag, integer, list, oneOf, text } from './setting.ts';

/**
 * The four suites that the security whitepaper demands (A00.FR.317, obligation L13), and their forward secret
 * kin for RSA certificates. TLS 1.3 has suites of its own, which are always offered.
 */
export const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
].join(':');

/** `ocpp.tls`: what every `wss` endpoint of `ocpp.endpoints` shares. */
export const ocppTls = {
  certificates: list(
    [],
    'PEM files, each a certificate of the wss endpoints followed by those that issued it, its root left out; one per kind of key (an RSA and an ECDSA one together serve every charge point). Read again when they change, and on SIGHUP.',
  ),
  keys: list([], 'PEM files with the private keys of ocpp.tls.certificates, in the same order.'),
  clientCas: list(
    [],
    'PEM files with the authorities whose client certificates are trusted, beside those of Farad itself. Read again when they change, and on SIGHUP.',
  ),
  minVersion: oneOf(['TLSv1.2', 'TLSv1.3'], 'TLSv1.2', 'Oldest version of TLS that is spoken.'),
  ciphers: text(CIPHERS, "Suites of TLS 1.2 in the order of Farad's preference, by OpenSSL's names.", {
    pattern: /^[A-Z0-9-]+(:[A-Z0-9-]+)*$/,
    allowed: "suites by OpenSSL's names, joined by colons",
  }),
  sessionTickets: flag(
    true,
    'Lets charge points resume their session of the last day at a fraction of the cost, as when a whole fleet comes back.',
  ),
  handshakeTimeout: duration(
    '20s',
    'How long a client may take to begin its TLS handshake, and again to end it; the time in which it waits for its turn does not count.',
    { min: '100ms', max: '5m' },
  ),
  maxHandshakes: integer(
    10_000,
    'Most connections of one edge process that have not ended their TLS handshake. Beyond that those that have been silent longest are closed, then new ones refused.',
    { min: 1 },
  ),
  handshakesPerSecond: integer(
    600,
    'Most TLS handshakes that one edge process begins per second; further ones wait for their turn, so that those who are connected are answered.',
    { min: 1 },
  ),
};

/** `api.tls`: the API, the console and the metrics over HTTPS. */
export const apiTls = {
  certificates: list(
    [],
    'PEM files, as ocpp.tls.certificates, of the API, the console and the metrics, which then speak HTTPS only. Empty: plain HTTP.',
  ),
  keys: list([], 'PEM files with the private keys of api.tls.certificates, in the same order.'),
  minVersion: oneOf(['TLSv1.2', 'TLSv1.3'], 'TLSv1.2', 'Oldest version of TLS that is spoken.'),
};
