import type { JsonValue } from '../../json';
import { ClusterModel } from '../../kubernetes/cluster-model';
import { NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import { counted, listed, secondsText } from '../../words';
import { exerciseFailed, type WatchedExercise, whyNotRunning } from '../exercise-context';
import { errorLines } from '../diagnosis';
import { launchedNodes } from '../exercise-timeline';
import { readKarpenterLog } from '../karpenter-log';
import { scaleStep } from '../launch-steps';
import { type DrillContext, labRequirements, onStage, untilAllRun } from './drill-stage';

/** Reason of Karpenter's event when EC2 has nothing of what it asked for. */
const SHORT_REASON = 'InsufficientCapacityError';

/** EC2's own name of that, which Karpenter logs. */
const SHORT_FAULT = 'InsufficientInstanceCapacity';

/** Minutes for which Karpenter does not ask again for what EC2 had not. */
const AVOIDED_MINUTES = 3;

/**
 * EC2 has none of the cheapest instance type. A NodePool that allows nothing else launches nothing, and Karpenter says why; once it
 * allows what the lab's NodePool allows, Karpenter takes the next type, though the first is still short. It uses a NodePool of its
 * own, and removes it at the end; EC2 has all types again, whatever comes out.
 */
export async function capacityDrill(context: DrillContext): Promise<void> {
  const { means: { cheapestType, events }, recorder } = context;
  if (cheapestType === undefined) {
    recorder.skip({ title: 'EC2 runs out of the cheapest instance type' }, 'Which type that is cannot be estimated: see npm run lab -- plan.');
    return;
  }
  try {
    await onStage(context, { drill: 'capacity', instanceTypes: [cheapestType] }, async (stage) => {
      let requirements: readonly JsonValue[] = [];
      await recorder.step({ title: `EC2 runs out of ${cheapestType}` }, async (step) => {
        requirements = await labRequirements(context);
        await events.setShortages([{ instanceType: cheapestType }]);
        step.note(`${SHORT_FAULT} in every zone from now on`);
      });
      await scaleStep(stage);
      await refusedStep(stage, cheapestType);
      await nextTypeStep(stage, cheapestType, requirements);
    });
  } finally {
    await recorder.perform({ title: `EC2 has ${cheapestType} again` }, async (step) => {
      await events.setShortages([]);
      step.note(`Karpenter asks for it again ${AVOIDED_MINUTES} minutes after it was refused last`);
    });
  }
}

async function refusedStep(stage: WatchedExercise, instanceType: string): Promise<void> {
  const { api, cluster, expectations, recorder, deadlines } = stage;
  const command = `kubectl get events --field-selector reason=${SHORT_REASON}`;
  await recorder.step({ title: `A NodePool that allows ${instanceType} only launches nothing`, command }, async (step) => {
    const reports = await ClusterModel.start(api, { events: { namespace: 'default', fieldSelector: `involvedObject.kind=NodeClaim,reason=${SHORT_REASON}` } });
    const refusals = (): readonly string[] => reports.events
      .filter(({ subject }) => subject.name.startsWith(`${expectations.nodePoolName}-`))
      .map(({ reason, message }) => `${reason}: ${message}`);
    try {
      await waitFor(() => refusals().length > 0, {
        what: `Karpenter reports that EC2 has no ${instanceType}`,
        deadlineSeconds: deadlines.refusedSeconds,
        on: [reports],
        describeMissing: () => whyNotRunning(stage),
      });
      step.note(...refusals().slice(0, 1), `Told after ${secondsText(cluster.moments.elapsedSeconds())}`);
      const log = await readKarpenterLog(api, expectations, cluster.moments.elapsedSeconds());
      step.note(...errorLines(log.filter(({ error }) => error?.includes(SHORT_FAULT) === true)).slice(0, 1));
    } finally {
      reports.stop();
    }
  });
}

async function nextTypeStep(stage: WatchedExercise, instanceType: string, requirements: readonly JsonValue[]): Promise<void> {
  const { api, cluster, expectations: { nodePoolName, replicas, region }, recorder } = stage;
  const change = { spec: { template: { spec: { requirements } } } };
  const command = `kubectl patch nodepool ${nodePoolName} --type merge -p '${JSON.stringify(change)}'`;
  await recorder.step({ title: 'A NodePool that allows more takes the next type', command }, async (step) => {
    await api.patch(NODE_POOLS, { name: nodePoolName }, change);
    await untilAllRun(stage, step);
    const taken = launchedNodes(cluster.usedClaims, [], region);
    if (taken.some((node) => node.instanceType === instanceType)) {
      throw exerciseFailed(`Karpenter launched ${instanceType}, of which EC2 should have none.`, 'See what EC2 was told: logs/account.log of the rehearsal.');
    }
    const nodes = taken.map(({ name, instanceType: type, pricePerHour }) => `${name} (${type}${pricePerHour === undefined ? '' : `, ${pricePerHour} USD/h`})`);
    step.note(`${counted(replicas, 'pod')} run on ${listed(nodes)}`);
  });
}
