import { arrayAt, numberAt, objectAt, textAt, type JsonObject } from '../../../lib/json';
import { DEPLOYMENTS, EVENTS, NODES, PODS } from '../../../lib/kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { readTexts } from '../../../lib/kubernetes/objects';
import type { FakeKubernetes } from './fake-kubernetes';

/** How the played Karpenter behaves. */
export interface PlayOptions {
  /** Milliseconds from a launch to a registered node. @default 10 */
  readonly bootMs?: number;
  /** Milliseconds from a registered node to its name on the NodeClaim, and from there to Initialized. @default 0 */
  readonly namingMs?: number;
  /** Whether nodes say that they are simulated. @default true */
  readonly isSimulated?: boolean;
  /** Labels that nodes lack. @default - none */
  readonly withoutLabels?: readonly string[];
  /** Whether launched instances ever become nodes. @default true */
  readonly boots?: boolean;
  /** Whether all drifted nodes are replaced at once, whatever the budget is. @default false */
  readonly ignoresBudgets?: boolean;
}

/** Families of the played instance types, the cheapest first. */
const FAMILIES = ['c5a', 'c5'];

/** vCPUs of the played instance types. Each holds as many pods of 1 CPU, less one. */
const SIZES: Readonly<Record<string, number>> = { large: 2, xlarge: 4, '2xlarge': 8, '4xlarge': 16, '8xlarge': 32, '24xlarge': 96 };

/** Where the played Karpenter runs, and logs. */
const KARPENTER_POD = { namespace: 'kube-system', name: 'karpenter-1' };

/**
 * Plays the controllers that a test of the exercise needs: Deployments make pods, pods find nodes, Karpenter launches nodes
 * for those that find none within the limits of its NodePool, removes empty ones, and ends with its NodePool.
 */
export class PlayedControllers {
  private isStopped = false;
  private isPlanned = false;
  private made = 0;
  private readonly bootedAt = new Map<string, number>();
  private shortTypes: readonly string[] = [];
  /** Types that EC2 had not when they were asked for. */
  private readonly avoidedTypes = new Set<string>();
  private readonly emptySince = new Map<string, number>();
  private readonly end: () => void;

  constructor(private readonly fake: FakeKubernetes, private readonly options: PlayOptions = {}) {
    fake.put(DEPLOYMENTS, { metadata: { name: 'karpenter', namespace: KARPENTER_POD.namespace }, spec: { replicas: 0, selector: { matchLabels: { app: 'karpenter' } } } });
    fake.put(PODS, {
      metadata: { ...KARPENTER_POD, labels: { app: 'karpenter' } },
      spec: { nodeName: 'system', containers: [{ name: 'controller' }] },
      status: { phase: 'Running', conditions: [condition('Ready')] },
    });
    fake.log(KARPENTER_POD, 'controller', 'Found 2 pods', '{"level":"INFO","message":"Starting workers"}');
    this.end = fake.onChange(() => this.plan());
    this.plan();
  }

  /** Takes the instance of a NodeClaim away, as an interruption of spot capacity does. */
  interrupt(instanceId: string): void {
    const claim = this.fake.all(NODE_CLAIMS).find((body) => textAt(body, 'status', 'providerID')?.endsWith(instanceId) === true);
    const name = nameOf(claim ?? {});
    this.event('NodeClaim', { name }, 'default', 'SpotInterrupted', 'Spot interruption warning was triggered');
    this.fake.remove(NODE_CLAIMS, { name });
  }

  /** EC2 has none of these instance types from now on, and all others. */
  setShortages(instanceTypes: readonly string[]): void {
    this.shortTypes = instanceTypes;
    this.plan();
  }

  /** Instances that run. */
  get instanceCount(): number {
    return this.fake.all(NODE_CLAIMS).length;
  }

  stop(): void {
    this.isStopped = true;
    this.end();
  }

  private plan(afterMs = 1): void {
    if (this.isPlanned && afterMs <= 1) return;
    if (afterMs <= 1) this.isPlanned = true;
    setTimeout(() => {
      if (afterMs <= 1) this.isPlanned = false;
      if (!this.isStopped) this.reconcile();
    }, afterMs);
  }

  private reconcile(): void {
    this.fake.all(EC2_NODE_CLASSES).forEach((body) => this.playNodeClass(body));
    this.fake.all(NODE_POOLS).forEach((body) => this.playNodePool(body));
    this.fake.all(NODE_CLAIMS).forEach((body) => this.playNodeClaim(body));
    this.fake.all(DEPLOYMENTS).forEach((body) => this.playDeployment(body));
    this.fake.all(PODS).filter((pod) => textAt(pod, 'spec', 'nodeName') === undefined).forEach((pod) => this.schedule(pod));
    this.fake.all(NODES).forEach((body) => this.consolidate(body));
  }

  private playNodeClass(body: JsonObject): void {
    const isDeleted = textAt(body, 'metadata', 'deletionTimestamp') !== undefined;
    if (isDeleted && this.fake.all(NODE_CLAIMS).length === 0) this.fake.put(EC2_NODE_CLASSES, { metadata: { name: nameOf(body), finalizers: [] } });
    else if (!isDeleted && arrayAt(body, 'status', 'conditions').length === 0) this.fake.put(EC2_NODE_CLASSES, { metadata: { name: nameOf(body) }, status: { conditions: [condition('Ready')] } });
    else if (!isDeleted && arrayAt(body, 'metadata', 'finalizers').length === 0) this.fake.put(EC2_NODE_CLASSES, { metadata: { name: nameOf(body), finalizers: ['karpenter.k8s.aws/termination'] } });
  }

  private playNodePool(body: JsonObject): void {
    const cpu = this.claimsOf(nameOf(body)).reduce((sum, claim) => sum + (numberAt(claim, 'status', 'capacity', 'cpu') ?? 0), 0);
    if (arrayAt(body, 'status', 'conditions').length === 0) this.fake.put(NODE_POOLS, { metadata: { name: nameOf(body) }, status: { conditions: [condition('NodeClassReady'), condition('Ready')] } });
    if (textAt(body, 'status', 'resources', 'cpu') !== String(cpu)) this.fake.put(NODE_POOLS, { metadata: { name: nameOf(body) }, status: { resources: { cpu: String(cpu) } } });
  }

  private playDeployment(body: JsonObject): void {
    const namespace = textAt(body, 'metadata', 'namespace') ?? '';
    const owner = nameOf(body);
    const pods = this.fake.all(PODS).filter((pod) => textAt(pod, 'metadata', 'namespace') === namespace && textAt(pod, 'metadata', 'annotations', 'played-owner') === owner);
    const wanted = numberAt(body, 'spec', 'replicas') ?? 1;
    for (const pod of pods.slice(wanted)) this.fake.remove(PODS, { namespace, name: nameOf(pod) });
    for (let count = pods.length; count < wanted; count += 1) {
      this.made += 1;
      const template = objectAt(body, 'spec', 'template');
      this.fake.put(PODS, {
        metadata: { name: `${owner}-${this.made}`, namespace, labels: objectAt(template, 'metadata', 'labels'), annotations: { 'played-owner': owner } },
        spec: objectAt(template, 'spec'),
        status: { phase: 'Pending' },
      });
    }
  }

  private schedule(pod: JsonObject): void {
    const selector = readTexts(objectAt(pod, 'spec', 'nodeSelector'));
    const reference = { namespace: textAt(pod, 'metadata', 'namespace') ?? '', name: nameOf(pod) };
    const most = isApart(pod) ? 1 : Infinity;
    const node = this.fake.all(NODES).find((body) => hasLabels(body, selector) && this.podsOn(nameOf(body)).length < Math.min(most, numberAt(body, 'status', 'capacity', 'pods') ?? 0));
    if (node !== undefined) {
      this.fake.put(PODS, { metadata: reference, spec: { nodeName: nameOf(node) }, status: { phase: 'Running', conditions: [condition('Ready')] } });
      return;
    }
    const pool = this.fake.all(NODE_POOLS).find((body) => Object.entries(selector).every(([key, value]) => textAt(body, 'spec', 'template', 'metadata', 'labels', key) === value));
    if (pool === undefined) {
      const [key, value] = Object.entries(selector)[0] ?? ['', ''];
      this.event('Pod', reference, reference.namespace, 'FailedScheduling', `Failed to schedule pod, incompatible requirements, key ${key}, ${key} In [${value}] not in any NodePool`);
    } else {
      this.launchFor(pool, reference, selector, most);
    }
  }

  /** Launches a node for the pods of a selector, unless one that holds this pod is on its way. */
  private launchFor(pool: JsonObject, pod: { readonly namespace: string; readonly name: string }, selector: Readonly<Record<string, string>>, mostPods: number): void {
    if (this.allowedTypes(pool, 'large').every((type) => this.avoidedTypes.has(type))) return;
    const pending = this.fake.all(PODS).filter((body) => textAt(body, 'spec', 'nodeName') === undefined && JSON.stringify(readTexts(objectAt(body, 'spec', 'nodeSelector'))) === JSON.stringify(selector)).length;
    const claims = this.claimsOf(nameOf(pool));
    const room = claims.filter((claim) => textAt(claim, 'status', 'nodeName') === undefined).reduce((sum, claim) => sum + Math.min(mostPods, (numberAt(claim, 'status', 'capacity', 'cpu') ?? 0) - 1), 0);
    if (room >= pending) return;
    const used = claims.reduce((sum, claim) => sum + (numberAt(claim, 'status', 'capacity', 'cpu') ?? 0), 0);
    const left = (numberAt(pool, 'spec', 'limits', 'cpu') ?? Infinity) - used;
    const sizes = Object.entries(SIZES).filter(([, vcpus]) => vcpus <= left);
    const size = sizes.find(([, vcpus]) => vcpus - 1 >= Math.min(mostPods, pending - room)) ?? sizes.at(-1);
    if (size === undefined) {
      const error = `all available instance types exceed limits for nodepool (NodePool=${nameOf(pool)})`;
      this.event('Pod', pod, pod.namespace, 'FailedScheduling', `Failed to schedule pod, ${error}`);
      return;
    }
    this.made += 1;
    const name = `${nameOf(pool)}-${this.made}`;
    this.fake.put(NODE_CLAIMS, {
      metadata: { name, finalizers: ['karpenter.sh/termination'], labels: { ...objectAt(pool, 'spec', 'template', 'metadata', 'labels'), 'karpenter.sh/nodepool': nameOf(pool) } },
      status: { capacity: { cpu: String(size[1]), memory: `${size[1] * 2}Gi` }, conditions: [{ ...condition('Launched'), status: 'Unknown' }] },
    });
  }

  private playNodeClaim(body: JsonObject): void {
    const name = nameOf(body);
    const pool = this.fake.find(NODE_POOLS, { name: textAt(body, 'metadata', 'labels', 'karpenter.sh/nodepool') ?? '' });
    if (textAt(body, 'metadata', 'deletionTimestamp') !== undefined) this.terminate(body);
    else if (pool === undefined) this.fake.remove(NODE_CLAIMS, { name });
    else if (textAt(body, 'status', 'providerID') === undefined) this.launch(body, pool);
    else if ((textAt(body, 'status', 'imageID') ?? this.imageOf(pool)) !== this.imageOf(pool)) this.replace(body, pool);
    else if (textAt(body, 'status', 'nodeName') === undefined && this.options.boots !== false && Date.now() >= (this.bootedAt.get(name) ?? 0)) this.register(body);
  }

  private launch(claim: JsonObject, pool: JsonObject): void {
    const name = nameOf(claim);
    const [size] = Object.entries(SIZES).find(([, vcpus]) => vcpus === numberAt(claim, 'status', 'capacity', 'cpu')) ?? ['large'];
    const instanceType = this.typeFor(pool, size);
    if (instanceType === undefined) return this.refuse(name);
    const capacityType = textAt(arrayAt(arrayAt(pool, 'spec', 'template', 'spec', 'requirements').find((each) => textAt(each, 'key') === 'karpenter.sh/capacity-type'), 'values')[0]) ?? 'on-demand';
    const labels = { 'node.kubernetes.io/instance-type': instanceType, 'topology.kubernetes.io/zone': 'ap-northeast-2a', 'karpenter.sh/capacity-type': capacityType };
    const providerID = `aws:///ap-northeast-2a/i-${name}`;
    this.fake.put(NODE_CLAIMS, { metadata: { name, labels }, status: { providerID, imageID: this.imageOf(pool), conditions: [condition('Launched')] } });
    this.fake.log(KARPENTER_POD, 'controller', `2026-11-23T18:52:32.1Z stdout F ${JSON.stringify({
      level: 'INFO', time: new Date().toISOString(), message: 'launched nodeclaim', NodeClaim: { name }, 'instance-type': instanceType, zone: 'ap-northeast-2a', 'capacity-type': capacityType, 'provider-id': providerID,
    })}`);
    const bootMs = this.options.bootMs ?? 10;
    this.bootedAt.set(name, Date.now() + bootMs);
    this.plan(bootMs + 2);
  }

  /** Types of a size that a NodePool allows, the cheapest first. One that names types allows these. */
  private allowedTypes(pool: JsonObject, size: string): readonly string[] {
    const named = arrayAt(arrayAt(pool, 'spec', 'template', 'spec', 'requirements').find((each) => textAt(each, 'key') === 'node.kubernetes.io/instance-type'), 'values');
    return named.length > 0 ? named.flatMap((type) => textAt(type) ?? []) : FAMILIES.map((family) => `${family}.${size}`);
  }

  /** The cheapest allowed type that EC2 has, and has not refused. */
  private typeFor(pool: JsonObject, size: string): string | undefined {
    return this.allowedTypes(pool, size).find((type) => !this.avoidedTypes.has(type) && !this.shortTypes.includes(type));
  }

  /** EC2 has nothing of what a NodePool allows. */
  private refuse(name: string): void {
    for (const type of this.shortTypes) this.avoidedTypes.add(type);
    const error = 'creating instance, insufficient capacity, with fleet error(s), InsufficientInstanceCapacity: We currently do not have sufficient capacity';
    this.event('NodeClaim', { name }, 'default', 'InsufficientCapacityError', `NodeClaim ${name} event: ${error}`);
    this.fake.log(KARPENTER_POD, 'controller', JSON.stringify({ level: 'ERROR', time: new Date().toISOString(), message: 'failed launching nodeclaim', error }));
    this.fake.put(NODE_CLAIMS, { metadata: { name, finalizers: [] } });
    this.fake.remove(NODE_CLAIMS, { name });
  }

  private imageOf(pool: JsonObject): string {
    const nodeClass = this.fake.find(EC2_NODE_CLASSES, { name: textAt(pool, 'spec', 'template', 'spec', 'nodeClassRef', 'name') ?? '' });
    return `ami-${textAt(arrayAt(nodeClass, 'spec', 'amiSelectorTerms')[0], 'alias') ?? 'any'}`;
  }

  /** A node of another image than its EC2NodeClass selects: Drifted, and replaced when the budget of its NodePool allows. */
  private replace(claim: JsonObject, pool: JsonObject): void {
    const name = nameOf(claim);
    const conditions = arrayAt(claim, 'status', 'conditions');
    const has = (type: string): boolean => conditions.some((each) => textAt(each, 'type') === type);
    if (!has('Drifted')) return void this.fake.put(NODE_CLAIMS, { metadata: { name }, status: { conditions: [...conditions, condition('Drifted')] } });
    const others = this.claimsOf(nameOf(pool)).filter((other) => nameOf(other) !== name);
    const areAllRegistered = others.every((other) => textAt(other, 'status', 'nodeName') !== undefined);
    if (this.options.ignoresBudgets === true) {
      if (!has('DisruptionReason')) return void this.fake.put(NODE_CLAIMS, { metadata: { name }, status: { conditions: [...conditions, condition('DisruptionReason')] } });
      setTimeout(() => this.fake.remove(NODE_CLAIMS, { name }), 20);
    } else if (areAllRegistered && others.every((other) => textAt(other, 'metadata', 'deletionTimestamp') === undefined)) {
      this.fake.remove(NODE_CLAIMS, { name });
    }
  }

  private register(claim: JsonObject): void {
    const name = nameOf(claim);
    const nodeName = `ip-${name}`;
    const pods = (numberAt(claim, 'status', 'capacity', 'cpu') ?? 1) - 1;
    const labels = { ...ANY_LABELS, ...readTexts(objectAt(claim, 'metadata', 'labels')) };
    this.fake.put(NODES, {
      metadata: {
        name: nodeName,
        labels: Object.fromEntries(Object.entries(labels).filter(([key]) => this.options.withoutLabels?.includes(key) !== true)),
        annotations: this.options.isSimulated === false ? {} : { 'kwok.x-k8s.io/node': 'fake' },
      },
      spec: { providerID: textAt(claim, 'status', 'providerID') ?? '' },
      status: { capacity: { pods }, allocatable: { ...objectAt(claim, 'status', 'capacity'), pods }, conditions: [condition('Ready')], nodeInfo: { kubeletVersion: 'v1.35.2' } },
    });
    const registered = [condition('Launched'), condition('Registered')];
    const say = (...conditions: readonly JsonObject[]): void => {
      if (!this.isStopped) this.fake.put(NODE_CLAIMS, { metadata: { name }, status: { nodeName, conditions } });
    };
    const { namingMs } = this.options;
    if (namingMs === undefined) {
      say(...registered, condition('Initialized'));
      return;
    }
    this.bootedAt.set(name, Infinity);
    setTimeout(() => say(...registered), namingMs);
    setTimeout(() => say(...registered, condition('Initialized')), 2 * namingMs);
  }

  private terminate(claim: JsonObject): void {
    const nodeName = textAt(claim, 'status', 'nodeName') ?? '';
    for (const pod of this.podsOn(nodeName)) this.fake.remove(PODS, { namespace: textAt(pod, 'metadata', 'namespace'), name: nameOf(pod) });
    this.fake.remove(NODES, { name: nodeName });
    this.fake.put(NODE_CLAIMS, { metadata: { name: nameOf(claim), finalizers: [] } });
  }

  /** Removes a node that has been empty, a hundred times faster than its NodePool says. */
  private consolidate(node: JsonObject): void {
    const name = nameOf(node);
    const claim = this.fake.all(NODE_CLAIMS).find((body) => textAt(body, 'status', 'nodeName') === name);
    const pool = this.fake.find(NODE_POOLS, { name: textAt(node, 'metadata', 'labels', 'karpenter.sh/nodepool') ?? '' });
    const after = /^(\d+)s$/.exec(textAt(pool, 'spec', 'disruption', 'consolidateAfter') ?? '')?.[1];
    if (claim === undefined || after === undefined || this.podsOn(name).length > 0) {
      this.emptySince.delete(name);
      return;
    }
    if (!this.emptySince.has(name)) this.emptySince.set(name, Date.now());
    const dueMs = (this.emptySince.get(name) ?? 0) + Number(after) * 10 - Date.now();
    if (dueMs > 0) this.plan(dueMs + 2);
    else this.fake.remove(NODE_CLAIMS, { name: nameOf(claim) });
  }

  private event(kind: string, subject: { readonly name: string; readonly namespace?: string }, namespace: string, reason: string, message: string): void {
    const name = `${subject.name}.${reason.toLowerCase()}`;
    if (this.fake.find(EVENTS, { namespace, name }) !== undefined) return;
    this.fake.put(EVENTS, { metadata: { name, namespace }, type: 'Warning', reason, message, reportingComponent: 'karpenter', involvedObject: { kind, ...subject }, lastTimestamp: new Date().toISOString() });
  }

  private claimsOf(pool: string): readonly JsonObject[] {
    return this.fake.all(NODE_CLAIMS).filter((claim) => textAt(claim, 'metadata', 'labels', 'karpenter.sh/nodepool') === pool);
  }

  private podsOn(node: string): readonly JsonObject[] {
    return this.fake.all(PODS).filter((pod) => textAt(pod, 'spec', 'nodeName') === node);
  }
}

/** Labels of every played node, with values that no test depends on. */
const ANY_LABELS = Object.fromEntries([
  'karpenter.k8s.aws/ec2nodeclass', 'karpenter.k8s.aws/instance-category', 'karpenter.k8s.aws/instance-cpu', 'karpenter.k8s.aws/instance-family',
  'karpenter.k8s.aws/instance-generation', 'karpenter.k8s.aws/instance-memory', 'karpenter.k8s.aws/instance-size', 'karpenter.sh/initialized',
  'karpenter.sh/registered', 'kubernetes.io/arch', 'kubernetes.io/hostname', 'kubernetes.io/os', 'topology.kubernetes.io/region',
].map((key) => [key, 'x']));

function condition(type: string): JsonObject {
  return { type, status: 'True', lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z` };
}

function hasLabels(body: JsonObject, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => textAt(body, 'metadata', 'labels', key) === value);
}

/** Whether a pod keeps off the nodes of its like. */
function isApart(pod: JsonObject): boolean {
  return Object.keys(objectAt(pod, 'spec', 'affinity')).length > 0;
}

function nameOf(body: JsonObject): string {
  return textAt(body, 'metadata', 'name') ?? '';
}
