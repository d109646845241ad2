/** What a drain is at: the first thing of which something is left. */
export type DrainPhase = 'workloads' | 'nodePools' | 'nodeClaims' | 'instances' | 'nodeClasses' | 'drained';

/** How far a drain is after a pass. */
export interface DrainState {
  readonly phase: DrainPhase;
  /** Whether nothing is left: no NodePool, NodeClaim, EC2NodeClass, and no instance. */
  readonly isDrained: boolean;
  /** What this pass asked the deletion of, such as `NodePool default`. */
  readonly deleted: readonly string[];
  /** What is still there in this phase, a sentence each: which object, and what holds it. */
  readonly remaining: readonly string[];
}
