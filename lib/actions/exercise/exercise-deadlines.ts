/** How long each stage of the exercise may take, in seconds. A stage that is late will not come, or not in class. */
export interface ExerciseDeadlines {
  /** Until Karpenter, the NodePool and the EC2NodeClass say that they are ready. */
  readonly readySeconds: number;
  /** Until pods of before are gone; nodes of before get this and the NodePool's `consolidateAfter`. */
  readonly clearedSeconds: number;
  /** From the scaling until the pods exist and Karpenter has answered with a NodeClaim. It decides within seconds, so a longer wait brings nothing. */
  readonly claimedSeconds: number;
  /** From the NodeClaim until EC2 has launched the instance. */
  readonly launchedSeconds: number;
  /** From the launch until the node is registered and Ready. An EC2 instance boots in about 40 s. */
  readonly nodeReadySeconds: number;
  /** From the node's readiness until all pods run, with the image pulled. */
  readonly runningSeconds: number;
  /** Until the log shows what has already happened. */
  readonly logSeconds: number;
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
};
