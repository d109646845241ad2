/**
 * How long each stage of the exercise and of its drills may take, in seconds. A stage that takes longer has most likely failed.
 */
export interface ExerciseDeadlines {
  /** Until Karpenter, the NodePool and the EC2NodeClass say that they are ready. */
  readonly readySeconds: number;
  /** Until the pods, nodes or the namespace of an earlier run are gone. */
  readonly clearedSeconds: number;
  /** From the scaling until the pods exist and Karpenter has answered with a NodeClaim. It decides within seconds, so a longer wait brings nothing. */
  readonly claimedSeconds: number;
  /** From the NodeClaim until EC2 has launched the instance. */
  readonly launchedSeconds: number;
  /** From the launch until the node is registered and Ready. An EC2 instance boots in about 40 s. */
  readonly nodeReadySeconds: number;
  /** From the node's readiness until all pods run, with the image pulled. */
  readonly runningSeconds: number;
  /** Until Karpenter's log shows a launch that has already happened. */
  readonly logSeconds: number;
  /** Until Karpenter has noticed a message in its queue. */
  readonly noticedSeconds: number;
  /** Until an interrupted node is gone and all its pods run elsewhere. */
  readonly replacedSeconds: number;
  /** Until Karpenter reports that a limit keeps it from launching more. */
  readonly refusedSeconds: number;
  /** Until empty nodes are gone; the NodePool's `consolidateAfter` is added. */
  readonly consolidatedSeconds: number;
  /** Until a deleted namespace, and a NodePool with its nodes, are gone. */
  readonly deletedSeconds: number;
}

/** Deadlines that leave a slow day of EC2 some room. */
export const EXERCISE_DEADLINES: ExerciseDeadlines = {
  readySeconds: 60,
  clearedSeconds: 120,
  claimedSeconds: 45,
  launchedSeconds: 60,
  nodeReadySeconds: 240,
  runningSeconds: 120,
  logSeconds: 20,
  noticedSeconds: 60,
  replacedSeconds: 300,
  refusedSeconds: 60,
  consolidatedSeconds: 180,
  deletedSeconds: 300,
};

/** Seconds that a scaling is followed, until the pods run or are gone. An EC2 node takes one to two minutes. */
export const SCALING_SECONDS = 300;
