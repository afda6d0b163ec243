import type { Scene } from './scene.ts';

/** One case: what is exchanged, in which order, and what the Central System owes. */
export interface ConformanceCase {
  /** As in the test case document, without the suffix `_CSMS`. */
  readonly id: `TC_${string}`;
  readonly title: string;
  /** In what the editions differ; such a case looks at `scene.edition` and runs once per edition. */
  readonly editionsDiffer?: string;
  /**
   * True when the case makes the first connection itself; else it starts connected, booted and with all
   * connectors Available.
   */
  readonly startsOffline?: boolean;
  /**
   * True when the gateway has to be reached over TLS, and to issue certificates; the case is not run where
   * that is not known.
   */
  readonly needsTls?: boolean;
  /** True when it is played by the charge point whose profile is raised. */
  readonly asRaised?: boolean;
  /** Throws a StepFailure where the Central System does not do what it owes. */
  run(scene: Scene): Promise<void>;
}
