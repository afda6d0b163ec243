/** Of the nodes of a cluster on this machine: as many as there may be. */
export const NODE_NAMES: readonly string[] = [...'abcdefghi'];
