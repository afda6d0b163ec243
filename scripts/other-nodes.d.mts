/** Releases of Node that the tests run on beside the oldest one. */
export const OTHER_NODES: readonly string[];
/** The binary of a release of Node, installed where it is not there yet; or why it cannot be had, in one line. */
export function provideNode(
  version: string,
): { readonly node: string; readonly reason?: never } | { readonly node?: never; readonly reason: string };
/** True when all passed. */
export function testOtherNodes(): boolean;
