/** A process of a rehearsal. The start time tells it from another process that was later given the same id. */
export interface ProcessRecord {
  /** What it is, such as `kube-apiserver`, `karpenter` or `moto`. */
  readonly name: string;
  readonly pid: number;
  /** Clock ticks between boot and the start of the process: field 22 of `/proc/PID/stat`. */
  readonly startTicks: number;
  /** Absolute path of the file that its output goes to. */
  readonly logFile: string;
}

/** What is known of a rehearsal that runs, or that ran and was not cleaned up. Kept as `rehearsal.json` in its folder. */
export interface RehearsalRecord {
  /** Name by which several rehearsals side by side are told apart. */
  readonly name: string;
  /** Absolute path of the folder that holds everything of this rehearsal: `.lab/rehearsals/NAME`. */
  readonly directory: string;
  /** Absolute path of the kubeconfig that reaches its API server. */
  readonly kubeconfig: string;
  /** Loopback URL at which all AWS calls are answered. */
  readonly awsEndpoint: string;
  /** Absolute path of the log that Karpenter writes, as JSON lines. */
  readonly karpenterLog: string;
  /** Absolute path of the assembly that is rehearsed. */
  readonly assemblyDirectory: string;
  readonly clusterName: string;
  readonly region: string;
  readonly karpenterNamespace: string;
  readonly nodePoolName: string;
  readonly inflateNamespace: string;
  /** When it was started, as ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly processes: readonly ProcessRecord[];
}
