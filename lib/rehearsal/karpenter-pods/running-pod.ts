import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { numberAt, textAt } from '../../json';
import { KubernetesRequestRefused } from '../../kubernetes/api-request';
import { EVENTS, NODES } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import { isPassing } from '../../passing-failure';
import { asError, pause } from '../../wait-for';
import { APP_INSTANCE_LABEL } from '../../well-known-keys';
import type { Account } from '../account';
import { withoutRequestIds } from './log-lines';
import { freePorts } from '../process/loopback';
import type { ProcessRecord } from '../process/running-processes';
import { containerCommand } from './container-environment';
import { ContainerProcess } from './container-process';
import { KARPENTER_PODS, type KarpenterPod, persistently } from './karpenter-pod';
import { KARPENTER_CONTAINER, karpenterPodLogs, POD_LOGS } from './kwok-documents';
import { type AdmittedIdentity, podCredentials } from './pod-credentials';
import { lastError, podLogFile } from './pod-logs';
import { backOffEvent, type PodReport, podStatus } from './pod-status';
import { answersWell } from './readiness-probe';

/** What Karpenter's pods are run with. */
export interface KarpenterPodsOptions {
  /** Seconds that a pod may be without a node that has room for it. @default 20 */
  readonly placedSeconds?: number;
  /** The cluster, with all rights. */
  readonly kubernetes: KubernetesApi;
  /** Absolute path of Karpenter's production controller. */
  readonly karpenter: string;
  /** What a pod of a ServiceAccount gets that is admitted now; undefined without an association. */
  readonly podIdentityFor: (namespace: string, serviceAccount: string) => AdmittedIdentity | undefined;
  /** What every process of the rehearsal gets: a PATH, a home and a temporary folder of its own, the rehearsal's marker. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the folder for the logs of Karpenter's pods. It need not exist. */
  readonly logsDirectory: string;
}

/** Seconds that a kubelet waits before the second restart; it doubles them for each further one. */
const BACK_OFF_SECONDS = 10;

/** The longest that a kubelet waits before a restart, in seconds. */
const LONGEST_BACK_OFF_SECONDS = 300;

/** Seconds of work after which a kubelet forgets earlier ends. */
const FORGIVEN_SECONDS = 600;

/** Ends of its process after which a pod that never was ready is a finding. */
const ENDS_OF_A_FINDING = 3;

/** Seconds after which a process that runs and is not ready is a finding. */
const READY_SECONDS = 120;

/** Seconds between two requests to a process that is not ready yet. */
const PROBE_SECONDS = 0.5;

/** Requests in a row that a kubelet lets fail before a ready pod is no longer ready. */
const FAILURES_OF_A_PROBE = 3;

/** One of Karpenter's pods: its process, restarted when it ends, and its status. */
export class RunningPod {
  private readonly stopping = new AbortController();
  private readonly kubernetes: KubernetesApi;
  /** Absolute path of the folder for its tokens. */
  private readonly directory: string;
  private readonly finished: Promise<void>;
  private process: ContainerProcess | undefined;
  private report: PodReport = { state: { is: 'waiting', reason: 'ContainerCreating' }, restartCount: 0 };
  private wasReady = false;

  /**
   * Starts the process of a pod that has been placed on a node.
   *
   * @param identity what the pod got at its admission; undefined where no association stood then
   */
  constructor(
    private readonly account: Account,
    private readonly options: KarpenterPodsOptions,
    private pod: KarpenterPod,
    private readonly identity: AdmittedIdentity | undefined,
  ) {
    this.kubernetes = options.kubernetes.boundTo(AbortSignal.any([options.kubernetes.signal, this.stopping.signal]));
    this.directory = join(account.directory, 'karpenter-pods', pod.metadata.uid);
    this.finished = this.live().catch((error: unknown) => {
      if (!this.kubernetes.signal.aborted) this.find(asError(error).message);
    });
  }

  /** Its process; none while it waits. */
  get processes(): readonly ProcessRecord[] {
    return this.process === undefined ? [] : [this.process.record];
  }

  /** Takes over how the API server shows the pod now. */
  update(pod: KarpenterPod): void {
    this.pod = pod;
  }

  /**
   * Ends the process as a kubelet does, and does not start it again.
   *
   * @param graceSeconds seconds that it has to end by itself
   */
  async stop(graceSeconds = this.pod.graceSeconds): Promise<void> {
    this.stopping.abort();
    await this.process?.stop(graceSeconds);
    await this.finished;
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async live(): Promise<void> {
    await this.tell({});
    let credentials: Readonly<Record<string, string>> | undefined;
    for (let failures = 0; ; failures++) {
      // The first restart is at once.
      if (failures > 1) await this.backOff(failures - 1);
      try {
        credentials ??= await podCredentials(this.kubernetes, this.pod, this.identity, this.directory);
        const workedSeconds = await this.runOnce(credentials);
        if (workedSeconds > FORGIVEN_SECONDS / this.account.compression) failures = 0;
      } catch (error) {
        if (this.kubernetes.signal.aborted || !(error instanceof LabError)) throw error;
        const { message } = error;
        if (!isPassing(error)) this.find(message);
        await this.tell({ state: { is: 'waiting', reason: 'CreateContainerConfigError', message } });
      }
    }
  }

  /**
   * Runs one process from its start to its end.
   *
   * @returns seconds between them
   */
  private async runOnce(credentials: Readonly<Record<string, string>>): Promise<number> {
    const { restartCount } = this.report;
    const { metadata } = this.pod;
    const node = await this.kubernetes.get(NODES, { name: this.pod.nodeName ?? '' });
    const { environment, args } = containerCommand(this.pod, node?.allocatable ?? {});
    const ports = await freePorts(['metrics', 'health']);
    const logFile = podLogFile(this.options.logsDirectory, metadata, restartCount);
    const previousFile = restartCount === 0 ? undefined : podLogFile(this.options.logsDirectory, metadata, restartCount - 1);
    await this.kubernetes.apply(POD_LOGS, karpenterPodLogs({ pod: metadata, file: logFile, previousFile }));
    const process = await ContainerProcess.start({
      name: metadata.name,
      command: this.options.karpenter,
      args,
      environment: {
        ...this.options.environment,
        // What the instance's metadata would say.
        AWS_REGION: this.account.region,
        ...environment,
        ...credentials,
        AWS_ENDPOINT_URL: this.account.endpoint,
        AWS_EC2_METADATA_DISABLED: 'true',
        // Outside of a pod Karpenter does not know its namespace.
        LEADER_ELECTION_NAMESPACE: metadata.namespace ?? '',
        // All pods are on one machine.
        METRICS_PORT: String(ports.metrics),
        HEALTH_PROBE_PORT: String(ports.health),
      },
      workingDirectory: this.account.directory,
      logFile,
    });
    this.process = process;
    if (this.stopping.signal.aborted) await process.stop(this.pod.graceSeconds);
    const probed = new AbortController();
    const probing = this.probe(process, ports.health, AbortSignal.any([probed.signal, this.kubernetes.signal]));
    const lastEnd = await process.ended;
    this.process = undefined;
    probed.abort();
    await probing;
    this.kubernetes.signal.throwIfAborted();
    this.report = { ...this.report, lastEnd, restartCount: restartCount + 1 };
    if (!this.wasReady && restartCount + 1 >= ENDS_OF_A_FINDING) {
      this.find(`Karpenter has ended ${ENDS_OF_A_FINDING} times, with exit code ${lastEnd.exitCode}: ${lastError(logFile) ?? 'its log is empty'}`);
    }
    return (lastEnd.finishedAt.getTime() - lastEnd.startedAt.getTime()) / 1000;
  }

  /** Asks a process again and again whether it is ready, and tells each change. */
  private async probe({ startedAt, record }: ContainerProcess, port: number, signal: AbortSignal): Promise<void> {
    const path = textAt(this.pod.container, 'readinessProbe', 'httpGet', 'path');
    const everySeconds = numberAt(this.pod.container, 'readinessProbe', 'periodSeconds') ?? 10;
    const timeoutSeconds = numberAt(this.pod.container, 'readinessProbe', 'timeoutSeconds') ?? 1;
    let isReady = path === undefined;
    let failures = 0;
    try {
      await this.tell({ state: { is: 'running', startedAt, isReady } });
      while (path !== undefined) {
        const isWell = await answersWell(port, path, timeoutSeconds);
        signal.throwIfAborted();
        failures = isWell ? 0 : failures + 1;
        const isReadyNow = isWell || (isReady && failures < FAILURES_OF_A_PROBE);
        if (isReadyNow !== isReady) await this.tell({ state: { is: 'running', startedAt, isReady: isReadyNow } });
        isReady = isReadyNow;
        this.wasReady ||= isReady;
        if (!this.wasReady && Date.now() - startedAt.getTime() > READY_SECONDS * 1000) {
          this.find(`Karpenter is not ready after ${READY_SECONDS} s: ${lastError(record.logFile) ?? 'its log is empty'}`);
        }
        await pause(isReady ? everySeconds : PROBE_SECONDS, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.find(asError(error).message);
    }
  }

  /** Waits before the next restart, in the account's time: twice as long each time. */
  private async backOff(restarts: number): Promise<void> {
    const seconds = Math.min(BACK_OFF_SECONDS * 2 ** (restarts - 1), LONGEST_BACK_OFF_SECONDS);
    const { namespace, name, uid } = this.pod.metadata;
    // What keeps a process from being started says more.
    if (this.report.state.is === 'running') {
      await this.tell({
        state: {
          is: 'waiting',
          reason: 'CrashLoopBackOff',
          message: `back-off ${seconds}s restarting failed container=${KARPENTER_CONTAINER} pod=${name}_${namespace ?? ''}(${uid})`,
        },
      });
      await persistently(() => this.kubernetes.create(EVENTS, backOffEvent(this.pod, new Date())), this.kubernetes.signal);
    }
    await pause(seconds / this.account.compression, this.kubernetes.signal);
  }

  /** Writes the pod's status, as soon as the API server takes it. A pod that is gone needs none. */
  private async tell(change: Partial<PodReport>): Promise<void> {
    this.report = { ...this.report, ...change };
    const { namespace, name } = this.pod.metadata;
    try {
      await persistently(async () => {
        this.pod = await this.kubernetes.patchStatus(KARPENTER_PODS, { namespace, name }, podStatus(this.pod, this.report, new Date()));
      }, this.kubernetes.signal);
    } catch (error) {
      if (!(error instanceof KubernetesRequestRefused && error.status === 404)) throw error;
    }
  }

  private find(found: string): void {
    const { namespace = '', labels } = this.pod.metadata;
    const association = `no pod identity association of ${namespace}/${this.pod.serviceAccount} stood when the pod was admitted`;
    this.account.findings.report({
      kind: 'pod-not-ready',
      resource: `${labels[APP_INSTANCE_LABEL] ?? 'karpenter'} in namespace ${namespace}`,
      expected: 'its pods are Ready',
      found: `${withoutRequestIds(found)}${this.identity === undefined ? ` (${association})` : ''}`,
    });
  }
}
