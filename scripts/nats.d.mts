/** The NATS server that tests and `npm run cluster` run, or in one line why there is none. */
export function findNats(): { readonly file: string } | { readonly missing: string };
