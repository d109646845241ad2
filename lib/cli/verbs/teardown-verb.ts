import { KIND_LABELS } from '../../aws/leftovers/leftover';
import { CLASS_NAMESPACE } from '../../config/seats';
import { NAMESPACES } from '../../kubernetes/core-kinds';
import { DRAIN_DEADLINE_SECONDS } from '../../removal/guard/drain-guard';
import { objectName } from '../../removal/named-objects';
import { studentWorkLines } from '../../removal/student-work';
import type { AccountedLeftover, TeardownInventory, TeardownResult } from '../../removal/teardown-result';
import { counted, listed } from '../../words';
import { KEEP_GRADES } from '../class/grade-verb';
import { flexible, type LabDocument, type Section, table } from '../document/document';
import {
  confirmed, connectionFlags, dryRunFlag, labConnection, timeoutFlag, yesFlag,
} from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';
import { keptSection, leftoversSection, removalExitCode } from './sweep-verb';

const FLAGS = [dryRunFlag, yesFlag, timeoutFlag('seconds that Karpenter has to end its nodes (default: 900)'), ...connectionFlags] as const;

/** `lab teardown`: from a running class to an account without it. */
export const teardownVerb = defineVerb({
  name: 'teardown',
  summary: 'remove the lab: drain Karpenter, delete the stack, sweep what is left, and prove it',
  description: 'Lists what there is, asks, and removes it in the order that works: workloads with their load balancers and '
    + 'volumes, all NodePools (students\' too), their nodes, the EC2NodeClasses, the stack, and what is left over. The stack, '
    + 'and Karpenter with it, stays until no instance runs; what Karpenter has not ended in time is terminated by its exact '
    + 'tags. It keeps no state: interrupted at any stage, the same command goes on. It exits with 1 if anything is left that '
    + 'AWS bills for.',
  flags: FLAGS,
  run: runTeardown,
});

async function runTeardown(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, run, show } = invocation;
  const result = await host.actions.teardownLab({
    ...await labConnection(flags, invocation),
    isDryRun: flags.dryRun ?? false,
    timeoutSeconds: flags.timeout,
    confirm: async (inventory) => {
      show(inventoryDocument(inventory));
      return confirmed(teardownQuestion(inventory), flags, invocation);
    },
  }, run);
  return { result, document: teardownDocument(result), exitCode: removalExitCode(result) };
}

/** What the teardown found, before it changes anything. */
function inventoryDocument(inventory: TeardownInventory): LabDocument {
  const { account, region, clusterName, stackName, stackStatus, stackResourceCount, clusterStatus, objects, leftovers } = inventory;
  return {
    title: `What there is of ${clusterName}`,
    subtitle: `account ${account}, ${region}`,
    sections: [
      { heading: 'Stack and cluster', blocks: [
        stackStatus === undefined ? `There is no stack ${stackName}.` : `The stack ${stackName} has ${counted(stackResourceCount, 'resource')} and is ${stackStatus}.`,
        clusterStatus === undefined ? `There is no cluster ${clusterName}.` : `The cluster ${clusterName} is ${clusterStatus}.`,
        drainerText(inventory),
      ] },
      { heading: 'To drain in the cluster', aside: counted(objects.length), blocks: [objects] },
      studentSection(inventory),
      { heading: 'Results of the class', blocks: [objects.includes(objectName(NAMESPACES, { name: CLASS_NAMESPACE }))
        ? `They are kept in the cluster, and go with it. To have them afterwards, first run: ${KEEP_GRADES}` : ''] },
      leftoversSection('In AWS, by exact tags and paths', leftovers),
    ],
  };
}

/** Who drains the cluster, where the teardown does not do it itself. */
function drainerText({ clusterStatus, drainedBy, whyNotHere = '' }: TeardownInventory): string {
  if (drainedBy === 'teardown' || clusterStatus === undefined) return '';
  const why = `${whyNotHere.charAt(0).toUpperCase()}${whyNotHere.slice(1).replace(/\.$/, '')}.`;
  return drainedBy === 'guard'
    ? `${why} So what runs in the cluster is not listed here: the guard in the stack drains it, all NodePools, before anything else of the stack is deleted. It has ${DRAIN_DEADLINE_SECONDS / 60} minutes.`
    : `${why} So nothing is drained in it.`;
}

/** What is about to be removed, as a question: which lab, where, and how much. */
function teardownQuestion({ account, region, clusterName, stackResourceCount, objects, leftovers }: TeardownInventory): string {
  const counts = [
    counted(stackResourceCount, 'resource'),
    ...(objects.length === 0 ? [] : [`${counted(objects.length, 'object')} in the cluster`]),
    ...(leftovers.length === 0 ? [] : [`${counted(leftovers.length, 'other thing')} in AWS`]),
  ];
  return `Remove the lab ${clusterName} in account ${account}, ${region}: ${counts.join(', ')}?`;
}

const SENTENCES: Readonly<Record<TeardownResult['outcome'], string>> = {
  clean: 'The lab is removed. Nothing of it is left.',
  remained: 'The lab is removed, but something of it is left.',
  listed: 'This is what a teardown would remove. Nothing was changed.',
  declined: 'Nothing was changed.',
};

/** The evidence: what existed, who removed what, and what remains. */
function teardownDocument(result: TeardownResult): LabDocument {
  const { outcome, account, region, clusterName, inventory, stages, terminatedInstances, releasedObjects, accounted, kept, remaining, isBillableLeft } = result;
  const headline: LabDocument = {
    title: `${SENTENCES[outcome]}${outcome === 'remained' && isBillableLeft ? ' AWS bills for it.' : ''}`,
    tone: outcome === 'remained' ? 'bad' : 'strong',
  };
  if (outcome === 'declined') return headline;
  if (outcome === 'listed') return { ...inventoryDocument(inventory), ...headline };
  return {
    ...headline,
    sections: [
      { heading: `Stages of removing ${clusterName}`, aside: `account ${account}, ${region}`, blocks: [
        table(['', '', flexible()], stages.map(({ stage, outcome: done, detail }) => [stage, done, detail])),
        terminatedInstances.length === 0 ? '' : `Karpenter did not end these in time, so they were terminated by their exact tags: ${listed(terminatedInstances)}.`,
        releasedObjects.length === 0 ? '' : `Karpenter did not run, and no instance was left. So these were let go without it: ${listed(releasedObjects)}.`,
      ] },
      studentSection(inventory),
      accountedSection(accounted),
      keptSection(kept),
      leftoversSection('Left', remaining),
    ],
  };
}

/** What students had made in their seats when the teardown began. */
function studentSection({ studentWork }: TeardownInventory): Section {
  return { heading: 'In the seats of students', aside: counted(studentWork.length, 'seat'), blocks: [studentWorkLines(studentWork)] };
}

function accountedSection(accounted: readonly AccountedLeftover[]): Section {
  return {
    heading: 'What existed in AWS, by exact tags and paths',
    aside: counted(accounted.length),
    blocks: [table(['Kind', flexible('Name'), 'Removed by'], accounted.map(({ kind, name, removedBy }) =>
      [KIND_LABELS[kind], name, removedBy ?? 'nobody: it is left']))],
  };
}
