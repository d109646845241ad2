import type { PlanResult } from '../../plan/plan-result';
import type { LabError } from '../../lab-error';
import { DEFAULT_REHEARSAL } from '../../rehearsal/rehearsal-paths';
import { ExitCode } from '../errors';
import { type AssemblyFlags, assemblyFlags, configuredAssembly } from '../assembly-flag';
import { planDocument } from '../plan/plan-document';
import { exerciseDocument } from '../exercise/exercise-document';
import { deployedDocument, goOnSections } from '../rehearse/rehearsal-document';
import { rehearsedExerciseOn, onRehearsal } from '../rehearse/rehearse-verb';
import { defineVerb, type Invocation, type VerbOutcome } from '../verb';

/** `lab start`: the first command of a newcomer. */
export const startVerb = defineVerb({
  name: 'start',
  summary: 'plan the lab, then rehearse its deployment and the exercise on this machine',
  description: 'Shows the plan, then deploys the lab into an AWS account that is played on this machine, and walks the '
    + 'exercise on it. Where Python is missing it ends after the plan and says what to install.',
  flags: assemblyFlags,
  run: runStart,
});

async function runStart(invocation: Invocation, flags: AssemblyFlags): Promise<VerbOutcome> {
  const { host, run, show } = invocation;
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const plan = await host.actions.plan({ assemblyDirectory });
  host.signal.throwIfAborted();
  show(planDocument(plan, flags));
  const shortfalls = await host.actions.rehearsalShortfalls(run);
  return shortfalls.length > 0 ? planOnly(plan, shortfalls) : rehearse(invocation, plan, assemblyDirectory);
}

function planOnly(plan: PlanResult, shortfalls: readonly LabError[]): VerbOutcome {
  const notRehearsed = `Not rehearsed. ${shortfalls.flatMap(({ remedy }) => remedy).join(' ')}`;
  return {
    result: { plan, notRehearsed },
    document: { title: notRehearsed, tone: 'caution' },
    exitCode: ExitCode.Ok,
  };
}

async function rehearse(invocation: Invocation, plan: PlanResult, assemblyDirectory: string): Promise<VerbOutcome> {
  const choice = { name: DEFAULT_REHEARSAL, assemblyDirectory };
  const { clock } = invocation.run;
  const began = clock.nowMillis();
  const { rehearsal, result } = await onRehearsal(invocation, choice, (record) => {
    invocation.show(deployedDocument(record, { seconds: (clock.nowMillis() - began) / 1000, awsSeconds: plan.time.readySeconds }));
    return rehearsedExerciseOn(invocation, [])(record);
  });
  return {
    result: { plan, rehearsal, exercise: result },
    document: { ...exerciseDocument(result), next: goOnSections(rehearsal) },
    exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed,
  };
}
