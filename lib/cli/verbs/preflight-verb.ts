import type { CheckOutcome, PreflightCheck, PreflightResult } from '../../preflight/preflight-check';
import { counted } from '../../words';
import { assemblyFlag, type AssemblyFlags, configuredAssembly } from '../assembly-flag';
import { ExitCode } from '../errors';
import { contextFlag } from '../flags';
import { padToWidth, printableText, type TextLayout, wrapText } from '../terminal/text-layout';
import { sectionHeading } from '../terminal/text-section';
import type { Invocation, Verb, VerbOutcome } from '../verb';

/** `lab preflight`: whether the account is ready for the lab. */
export const preflightVerb: Verb = {
  name: 'preflight',
  summary: 'check the AWS account and this computer before anything is deployed; changes nothing',
  description: 'Asks AWS whether the synthesized lab can be deployed: credentials, CDK bootstrap, quotas, instance types, versions, '
    + 'and names that an earlier class left. It only reads. It ends with exit code 1 if a check fails.',
  flags: [assemblyFlag, contextFlag],
  run: runPreflight,
};

async function runPreflight(invocation: Invocation): Promise<VerbOutcome> {
  const { host, progress } = invocation;
  const assemblyDirectory = await configuredAssembly(invocation.flags<AssemblyFlags>(), invocation);
  const result = await host.actions.preflight({ assemblyDirectory, onProgress: progress, signal: host.signal });
  return {
    result,
    text: (layout) => preflightText(result, layout),
    exitCode: result.verdict === 'fail' ? ExitCode.Failed : ExitCode.Ok,
  };
}

const OUTCOME_COLUMNS = 6;
const VERDICTS: Readonly<Record<CheckOutcome, string>> = {
  pass: 'Ready: nothing speaks against a deployment.',
  warn: 'A deployment can work; read the warnings first.',
  fail: 'Not ready: a deployment would fail, or meet what is there already.',
};

/** The table of checks: outcome, name and evidence, and below it what to do. */
export function preflightText(result: PreflightResult, layout: TextLayout): readonly string[] {
  const { checks, verdict, account, region, stackName } = result;
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  return [
    sectionHeading(`Preflight of ${stackName}`, `${account === undefined ? 'no account' : `account ${account}`}, ${region}`, layout),
    ...checks.flatMap((check) => checkLines(check, nameWidth, layout)),
    '',
    `${painted(verdict, layout)(VERDICTS[verdict])} ${countsText(checks)}`,
  ];
}

/** The checks that did not pass, in the same form. */
export function notPassedText({ checks }: PreflightResult, layout: TextLayout): readonly string[] {
  const shown = checks.filter(({ outcome }) => outcome !== 'pass');
  const nameWidth = Math.max(0, ...shown.map(({ name }) => name.length));
  return shown.flatMap((check) => checkLines(check, nameWidth, layout));
}

function checkLines({ outcome, name, evidence, remedy }: PreflightCheck, nameWidth: number, layout: TextLayout): readonly string[] {
  const indent = 2 + OUTCOME_COLUMNS + nameWidth + 2;
  const room = layout.width - indent;
  const [first = '', ...others] = wrapText(evidence, room);
  return [
    `  ${painted(outcome, layout)(padToWidth(outcome, OUTCOME_COLUMNS, 'left'))}${layout.style.name(padToWidth(printableText(name), nameWidth, 'left'))}  ${first}`,
    ...others.map((line) => ' '.repeat(indent) + line),
    ...(remedy === undefined ? [] : wrapText(`-> ${remedy}`, room).map((line) => ' '.repeat(indent) + layout.style.strong(line))),
  ];
}

function painted(outcome: CheckOutcome, { style }: TextLayout): (text: string) => string {
  return { pass: style.good, warn: style.caution, fail: style.bad }[outcome];
}

function countsText(checks: readonly PreflightCheck[]): string {
  const count = (wanted: CheckOutcome): number => checks.filter(({ outcome }) => outcome === wanted).length;
  return `${counted(checks.length, 'check')}: ${count('pass')} passed, ${count('warn')} warned, ${count('fail')} failed.`;
}
