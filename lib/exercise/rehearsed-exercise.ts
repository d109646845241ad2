import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeChangedAssembly } from '../assembly/changed-assembly';
import { overridesOf } from '../assembly/assembly-state';
import { type LabView, readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { deployedStack } from '../aws/deployed-lab';
import { karpenterInstances } from '../aws/karpenter-instances';
import { connectAws, type LabAws } from '../aws/lab-aws';
import type { DrillMeans } from './drills/drill-stage';
import type { DrillName, ExerciseResult } from './exercise-result';
import { expectationsOf } from './expectations';
import { runDrills, runExercise, withDrills } from './run-exercise';
import { apiByKubeconfig } from '../kubernetes/api-by-kubeconfig';
import { estimateLaunch } from '../plan/launch-estimate';
import { priceTableOf } from '../plan/price-table';
import { beyondInterruption, type RunContext } from '../run-context';
import type { RehearsalRecord } from '../rehearsal/rehearsal-state';
import { everythingIn } from '../rehearsal/account-contents';
import { admitInstructor } from '../rehearsal/deploy-into';
import { causeFirst, type Finding, type FindingKind, findingSentence, readFindings } from '../rehearsal/findings';
import { interruptSpotInstance, passTime, setCapacityShortages } from '../rehearsal/drill-requests';
import { INSTRUCTOR_CREDENTIALS } from '../rehearsal/iam/principals';
import { leaveInterface, protectByGuardDuty } from '../rehearsal/left-in-network';
import { keptPrograms } from '../rehearsal/rehearsal-programs';
import { RehearsalTerminal } from '../rehearsal/rehearsal-terminal';

/** A run of the exercise on a rehearsal. */
export interface RehearsedExerciseOptions {
  readonly rehearsal: RehearsalRecord;
  /** What to do after the exercise, if it passed. */
  readonly drills: readonly DrillName[];
}

/** What drills bring about on purpose. Where one does not go as it should, its steps say so. */
const BROUGHT_ABOUT: ReadonlySet<FindingKind> = new Set(['capacity-short', 'kubernetes-access-denied', 'pod-not-ready', 'resource-failed']);

/**
 * Runs the exercise, then the drills, on a rehearsal: with the replicas of its assembly, or the exercise's five where that has 0.
 * Drills build on the exercise, so none runs after an exercise that failed.
 *
 * @throws LabError `KubeconfigUnreadable` or `KubernetesUnreachable`; the reason of the signal
 */
export async function runRehearsedExercise({ rehearsal, drills }: RehearsedExerciseOptions, run: RunContext): Promise<ExerciseResult> {
  const lab = readLab(readAssembly(rehearsal.assemblyDirectory));
  const api = await apiByKubeconfig(rehearsal, run);
  try {
    const findings = (): readonly Finding[] => readFindings(rehearsal.findingsFile);
    const exercise = { expectations: expectationsOf(lab), findings };
    const result = await runExercise(api, exercise, run);
    const before = findings();
    const told = (found: readonly Finding[]): Pick<ExerciseResult, 'findings'> => found.length === 0 ? {} : { findings: causeFirst(found).map(findingSentence) };
    if (result.verdict === 'failed') return { ...result, ...told(before) };
    const whole = withDrills(result, await runDrills({ ...exercise, drills, means: meansOf(rehearsal, lab, run) }, run));
    const duringDrills = findings().slice(before.length).filter(({ kind }) => !BROUGHT_ABOUT.has(kind));
    return { ...whole, ...told([...before, ...duringDrills]) };
  } finally {
    api.close();
  }
}

/** The means of a rehearsal's drills: a terminal, and what they let happen in its account. */
function meansOf(rehearsal: RehearsalRecord, lab: LabView, run: RunContext): DrillMeans {
  const { region, awsEndpoint, accountId, terminal, assemblyDirectory } = rehearsal;
  const asInstructor = async <Answer>(ask: (aws: LabAws) => Promise<Answer>): Promise<Answer> => {
    const aws = connectAws(region, run, { endpoint: awsEndpoint, credentials: INSTRUCTOR_CREDENTIALS });
    try {
      return await ask(aws);
    } finally {
      aws.close();
    }
  };
  return {
    connect: async () => {
      await admitInstructor({ ...rehearsal, lab, tokenCommand: keptPrograms(rehearsal.directory).eksToken }, run);
      return apiByKubeconfig(rehearsal, run);
    },
    stackStatus: () => asInstructor(async ({ cloudFormation }) => (await deployedStack(cloudFormation, lab.stack.stackName))?.status),
    terminal: new RehearsalTerminal(terminal, run),
    events: {
      interruptSpot: (instanceId) => interruptSpotInstance(awsEndpoint, { instanceId }, run),
      // Taken back even after an interruption.
      setShortages: (shortages) => setCapacityShortages(awsEndpoint, shortages, beyondInterruption(run)),
      passTime: (seconds) => passTime(awsEndpoint, seconds, run),
      leaveInterface: () => asInstructor((aws) => leaveInterface(aws, lab.cluster.name)),
      protectByGuardDuty: () => asInstructor((aws) => protectByGuardDuty(aws, lab.cluster.name, region)),
    },
    assemblyDirectory,
    overrides: overridesOf(assemblyDirectory),
    synthesisDirectory: join(rehearsal.directory, 'synthesized.out'),
    assemblyWith: async (change) => {
      const copy = join(rehearsal.directory, 'changed.out');
      await rm(copy, { recursive: true, force: true });
      await writeChangedAssembly(assemblyDirectory, copy, change);
      return copy;
    },
    cheapestType: estimateLaunch(lab, priceTableOf(region)).likely[0]?.instanceType,
    everythingInAccount: () => everythingIn({ accountId, endpoint: awsEndpoint, region, run }),
    countInstances: () => asInstructor(async ({ ec2 }) => (await karpenterInstances(ec2, lab.cluster.name)).length),
  };
}
