/** Why this node may not take part, in one line: another try would end the same. */
export class ClusterRefusal extends Error {
  override readonly name = 'ClusterRefusal';
}
