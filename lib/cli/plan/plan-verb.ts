import { ExitCode } from '../exit-code';
import { assemblyFlag, configuredAssembly, type AssemblyFlags } from '../flags/assembly-flag';
import { contextFlag } from '../flags/context-flag';
import { checkedPagePath, htmlFlag } from '../flags/html-flag';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { writeFileAtomically } from '../write-file-atomically';
import { hoursFlag } from './hours-flag';
import { planPage } from './page/plan-page';
import { planText } from './text/plan-text';

interface PlanFlags extends AssemblyFlags {
  readonly hours?: number;
  readonly html?: string;
}

/** `lab plan`: what the synthesized lab would build, cost and expose. */
export const planVerb: Verb = {
  name: 'plan',
  summary: 'show what the lab would build, cost and expose, before any of it exists',
  description: 'Reads the synthesized assembly and shows what it would create, what it costs, what Karpenter will most '
    + 'likely launch, how long it takes and who can reach it. It needs no AWS account and changes nothing in one.',
  flags: [assemblyFlag, hoursFlag, htmlFlag, contextFlag],
  run: runPlan,
};

async function runPlan(invocation: Invocation): Promise<VerbOutcome> {
  const { host, note } = invocation;
  const flags = invocation.flags<PlanFlags>();
  const pagePath = flags.html === undefined ? undefined : await checkedPagePath(flags.html, host.workingDirectory);
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const plan = await host.actions.plan({ assemblyDirectory, classHours: flags.hours });
  host.signal.throwIfAborted();
  if (pagePath !== undefined) {
    await writeFileAtomically(pagePath, planPage(plan, flags));
    note(`Page written to ${pagePath}`);
  }
  return { result: plan, text: (layout) => planText(plan, layout, flags), exitCode: ExitCode.Ok };
}
