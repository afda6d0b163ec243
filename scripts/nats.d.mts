/** The NATS server that the tests run, or in one line why there is none. */
export function findNats(): { readonly file: string } | { readonly missing: string };
