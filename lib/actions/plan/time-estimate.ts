import type { LabView } from '../../assembly/lab-view';
import { isJsonObject } from '../../assembly/json';
import type { TemplateResource } from '../../assembly/template-resource';
import { DURATIONS_SOURCE, typicalSeconds } from '../../estimates/durations';
import type { TimeEstimate, TimelineEntry } from '../plan-result';
import { resourceLabels } from './resource-labels';

/** Resources that take no longer than this stay out of the time line. */
const SHORT_SECONDS = 5;

/** When each resource is created, if CloudFormation starts it as soon as all it needs is complete. */
interface Schedule {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** The resource that it waited for last. */
  readonly waitedFor?: string;
}

/** Time to ready: the longest path through the dependency graph, by typical durations. */
export function estimateTime(lab: LabView): TimeEstimate {
  const schedules = scheduleAll(lab);
  const criticalIds = criticalPath(schedules);
  const labels = resourceLabels(lab);
  const timelineOf = ([logicalId, { startSeconds, endSeconds }]: readonly [string, Schedule]): TimelineEntry => ({
    logicalId,
    type: lab.stack.resources.get(logicalId)?.type ?? '',
    label: labels.get(logicalId) ?? logicalId,
    startSeconds,
    durationSeconds: endSeconds - startSeconds,
    isCritical: criticalIds.has(logicalId),
  });

  const entries = [...schedules].map(timelineOf).toSorted((a, b) => a.startSeconds - b.startSeconds);
  const readySeconds = Math.max(0, ...[...schedules.values()].map(({ endSeconds }) => endSeconds));
  return {
    readySeconds,
    criticalPath: entries.filter(({ isCritical }) => isCritical),
    timeline: entries.filter(({ durationSeconds }) => durationSeconds > SHORT_SECONDS),
    ratioToFloor: readySeconds / floorSeconds(lab),
    durationsSource: DURATIONS_SOURCE,
  };
}

function scheduleAll(lab: LabView): ReadonlyMap<string, Schedule> {
  const schedules = new Map<string, Schedule>();
  for (const logicalId of lab.stack.graph.topologicalOrder()) {
    const waitedFor = [...lab.stack.graph.dependenciesOf(logicalId)]
      .map((dependency) => ({ dependency, endSeconds: schedules.get(dependency)?.endSeconds ?? 0 }))
      .toSorted((a, b) => b.endSeconds - a.endSeconds)
      .at(0);
    const startSeconds = waitedFor?.endSeconds ?? 0;
    schedules.set(logicalId, {
      startSeconds,
      endSeconds: startSeconds + typicalSecondsOf(lab, logicalId),
      waitedFor: waitedFor?.dependency,
    });
  }
  return schedules;
}

/** From the resource that ends last, back over what each waited for. */
function criticalPath(schedules: ReadonlyMap<string, Schedule>): ReadonlySet<string> {
  const path = new Set<string>();
  const [last] = [...schedules].toSorted(([, a], [, b]) => b.endSeconds - a.endSeconds);
  for (let next = last?.[0]; next !== undefined; next = schedules.get(next)?.waitedFor) path.add(next);
  return path;
}

/** What no lab of this kind can do without: control plane, then nodes, then Karpenter. */
function floorSeconds(lab: LabView): number {
  const indispensable = [lab.cluster.logicalId, lab.nodeGroups[0]?.logicalId, lab.karpenter.logicalId];
  return indispensable.reduce((sum, logicalId) => sum + (logicalId === undefined ? 0 : typicalSecondsOf(lab, logicalId)), 0);
}

/** Typical seconds to create a resource of the lab. */
export function typicalSecondsOf(lab: LabView, logicalId: string): number {
  const resource = lab.stack.resources.get(logicalId);
  return resource === undefined ? 0 : typicalSeconds({ type: resource.type, variant: variantOf(lab, resource) });
}

function variantOf(lab: LabView, { logicalId, properties }: TemplateResource): string | undefined {
  if (isJsonObject(properties['VpcConfig'])) return 'in VPC';
  return [...lab.addons, ...lab.charts].find((named) => named.logicalId === logicalId)?.name;
}
