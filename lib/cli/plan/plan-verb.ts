import { Option } from '@commander-js/extra-typings';
import { assemblyFlag, configuredAssembly } from '../assembly-flag';
import { contextFlag } from '../context-flag';
import { pageWriter } from '../document/page-file';
import { ExitCode, UsageError } from '../errors';
import { htmlFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';
import { planDocument } from './plan-document';

const LONGEST_CLASS_HOURS = 720;

/** `--hours`: the length of the class that the total cost is for. */
const hoursFlag = new Option('--hours <hours>', 'length of the class that the total cost is for, such as 2.5').argParser(classHours);

function classHours(text: string): number {
  const hours = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(hours > 0 && hours <= LONGEST_CLASS_HOURS)) {
    throw new UsageError({
      code: 'InvalidClassHours',
      message: `--hours takes a number of hours above 0 and up to ${LONGEST_CLASS_HOURS}, which is 30 days.`,
      received: text,
      remedy: 'Give the length of the class in hours: `--hours 3`, `--hours 2.5`.',
    });
  }
  return hours;
}

const FLAGS = [assemblyFlag, hoursFlag, htmlFlag, contextFlag] as const;

/** `lab plan`: what the synthesized lab would build, cost and expose. */
export const planVerb = defineVerb({
  name: 'plan',
  summary: 'show what the lab would build, cost and expose, before any of it exists',
  description: 'Reads the synthesized assembly and shows what it would create, what it costs, what Karpenter will most '
    + 'likely launch, how long it takes and who can reach it. It needs no AWS account and changes nothing in one.',
  flags: FLAGS,
  run: runPlan,
});

async function runPlan(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host } = invocation;
  const writePage = await pageWriter(flags.html, invocation);
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const plan = await host.actions.plan({ assemblyDirectory, classHours: flags.hours });
  host.signal.throwIfAborted();
  const document = planDocument(plan, flags);
  await writePage(document);
  return { result: plan, document, exitCode: ExitCode.Ok };
}
