/** A process of a node: `edge-0` of `b`. */
export interface ProcessOfNode {
  readonly node: string;
  readonly process: string;
}

/** Reads `node/process`; undefined for a name without a slash, which is a process of this node. */
export function readProcessName(name: string): ProcessOfNode | undefined {
  const slash = name.indexOf('/');
  return slash < 0 ? undefined : { node: name.slice(0, slash), process: name.slice(slash + 1) };
}

/** `node/process` */
export function processName({ node, process }: ProcessOfNode): string {
  return `${node}/${process}`;
}
