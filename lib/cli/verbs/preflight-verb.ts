import type { CheckOutcome, PreflightCheck, PreflightResult } from '../../preflight/preflight-check';
import { counted } from '../../words';
import { type AssemblyFlags, assemblyFlags, configuredAssembly } from '../assembly-flag';
import { flexible, type LabDocument, type Table, table, toned } from '../document/document';
import { ExitCode } from '../errors';
import { defineVerb, type Invocation, type VerbOutcome } from '../verb';

/** `lab preflight`: whether the account is ready for the lab. */
export const preflightVerb = defineVerb({
  name: 'preflight',
  summary: 'check the AWS account and this computer before anything is deployed; changes nothing',
  description: 'Asks AWS whether the synthesized lab can be deployed: credentials, CDK bootstrap, quotas, instance types, versions, '
    + 'and names that an earlier class left. It only reads. It ends with exit code 1 if a check fails.',
  flags: assemblyFlags,
  run: runPreflight,
});

async function runPreflight(invocation: Invocation, flags: AssemblyFlags): Promise<VerbOutcome> {
  const { host, run } = invocation;
  const assemblyDirectory = await configuredAssembly(flags, invocation);
  const result = await host.actions.preflight({ assemblyDirectory }, run);
  return {
    result,
    document: preflightDocument(result),
    exitCode: result.verdict === 'fail' ? ExitCode.Failed : ExitCode.Ok,
  };
}

const VERDICTS: Readonly<Record<CheckOutcome, string>> = {
  pass: 'Ready: nothing speaks against a deployment.',
  warn: 'A deployment can work; read the warnings first.',
  fail: 'Not ready: a deployment would fail, meet what is there already, or be of no use to its class.',
};

const TONES = { pass: 'good', warn: 'caution', fail: 'bad' } as const;

/** The checks with their evidence and what to do, and the verdict. */
function preflightDocument({ checks, verdict, account, region, stackName }: PreflightResult): LabDocument {
  const tone = TONES[verdict];
  return {
    title: `Preflight of ${stackName}`,
    subtitle: `${account === undefined ? 'no account' : `account ${account}`}, ${region}`,
    sections: [
      { heading: 'Checks', aside: countsText(checks), blocks: [checksTable(checks)] },
      { heading: 'Verdict', badge: { text: verdict, tone }, isKey: true, blocks: [toned(tone, VERDICTS[verdict])] },
    ],
  };
}

/** Checks: the outcome, name and evidence of each, and below it what to do. */
export function checksTable(checks: readonly PreflightCheck[]): Table {
  return table(['', '', flexible()], checks.flatMap(({ outcome, name, evidence, remedy }) => [
    [{ text: outcome, tone: TONES[outcome] }, { text: name, tone: 'name' }, evidence],
    ...(remedy === undefined ? [] : [['', '', { text: `-> ${remedy}`, tone: 'strong' }] as const]),
  ]));
}

function countsText(checks: readonly PreflightCheck[]): string {
  const count = (wanted: CheckOutcome): number => checks.filter(({ outcome }) => outcome === wanted).length;
  return `${counted(checks.length, 'check')}: ${count('pass')} passed, ${count('warn')} warned, ${count('fail')} failed`;
}
