import { ExitCode } from '../exit-code';
import { assemblyFlag, configuredAssembly, type AssemblyFlags } from '../flags/assembly-flag';
import { contextFlag } from '../flags/context-flag';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { preflightText } from './preflight-text';

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
