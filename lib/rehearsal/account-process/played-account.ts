import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../lab-error';
import { priceTableOf } from '../../plan/price-table';
import type { RunContext } from '../../run-context';
import type { Account, PlayedService } from '../account';
import { startAwsAnswers } from '../aws-answers/aws-answers-server';
import { marketOf } from '../aws-answers/market';
import { readNodeImages } from '../aws-answers/node-image';
import { PLAYED_VCPU_QUOTA } from '../aws-answers/service-quotas';
import { CloudFormation } from '../cloud-formation/cloud-formation';
import { playedTypes } from '../cloud-formation/types/played-types';
import { Ec2 } from '../ec2/ec2';
import type { ControlPlane } from '../eks/control-plane';
import { Eks } from '../eks/eks';
import { KwokControlPlane } from '../eks/kwok-control-plane';
import { Findings } from '../findings';
import { Functions } from '../functions/functions';
import type { FunctionsOptions } from '../functions/functions-options';
import { Iam } from '../iam/iam';
import { PolicyUses } from '../iam/policy-uses';
import { ControlPlaneWithKarpenter } from '../karpenter-pods/control-plane-with-karpenter';
import { karpenterPodStages, KWOK_KINDS } from '../karpenter-pods/kwok-documents';
import { LOOPBACK } from '../process/loopback';
import { writeProcesses } from '../rehearsal-state';
import { Scheduler } from '../scheduler';
import type { AccountConfiguration } from './account-configuration';

/** An account that answers. */
export interface PlayedAccount {
  /** Ends everything that it has started: functions, instances that boot, the control plane, Karpenter's pods. */
  close(): Promise<void>;
}

/**
 * Starts an account as its configuration says, and writes the file that says that it answers.
 *
 * @param writeLine takes each line of the log of requests
 * @throws LabError `RegionWithoutPrices`, `NodeImagesUnreadable`, `EndpointNotLocal` or `AwsAnswersNotStarted`
 */
export async function startPlayedAccount(configuration: AccountConfiguration, writeLine: (line: string) => void, run: RunContext): Promise<PlayedAccount> {
  const { accountId, region, paths, ports } = configuration;
  const moto = `http://${LOOPBACK}:${ports.moto}`;
  const prices = priceTableOf(region);
  if (prices === undefined) throw regionWithoutPrices(region);
  const findings = new Findings(paths.findingsFile);
  const iam = new Iam({ accountId, region, moto, findings, uses: new PolicyUses(paths.policyUsesFile) });
  mkdirSync(paths.accountDirectory, { recursive: true });
  const account: Account = {
    accountId, region, moto, findings, run,
    endpoint: `http://${LOOPBACK}:${ports.account}`,
    directory: paths.accountDirectory,
    compression: configuration.compression,
    sessions: iam,
  };
  const functions = new Functions(account, functionsOptions(configuration));
  const eks: Eks = new Eks(account, {
    controlPlane: controlPlaneOf(configuration, account, (namespace, name) => eks.podIdentityFor(namespace, name)),
    secretAccessKeyOf: (accessKeyId) => iam.secretAccessKeyOf(accessKeyId),
  });
  const ec2 = new Ec2(account, { prices, clusters: eks.nodeClusters, vcpuQuota: PLAYED_VCPU_QUOTA });
  const types = playedTypes(account);
  const cloudFormation = new CloudFormation(account, { types: types.types });
  const scheduler = new Scheduler(account);
  const services: readonly PlayedService[] = [iam, cloudFormation, functions, eks, ec2, scheduler, marketOf({ prices, images: readNodeImages(paths.imagesFile) })];
  const server = await startAwsAnswers({
    moto, services, port: ports.account, judge: (request) => iam.judge(request), log: (entry) => writeLine(JSON.stringify(entry)),
  });
  await ec2.start();
  scheduler.start();
  // Whoever waits for the file must not see half of it.
  writeFileSync(`${paths.accountReadyFile}.part`, `${server.port}\n`);
  renameSync(`${paths.accountReadyFile}.part`, paths.accountReadyFile);
  return {
    close: async () => {
      // What still asks for something goes before what answers it.
      for (const service of [scheduler, cloudFormation, ec2, functions, eks]) await service.close();
      await server.close();
      types.close();
      await iam.close();
    },
  };
}

/** What functions are run with: the programs of the toolchain and of this project. */
function functionsOptions({ toolchain, programs, projectDirectory, environment }: AccountConfiguration): FunctionsOptions {
  return {
    python: toolchain.python,
    nodeRuntime: programs.nodeRuntime,
    helm: programs.helm,
    pythonRuntime: programs.pythonRuntime,
    nodeModules: join(projectDirectory, 'node_modules'),
    cacheDirectory: join(toolchain.directory, '..', 'functions'),
    charts: toolchain.karpenterCharts,
    environment,
  };
}

/** The control plane, which carries Karpenter's pods for as long as it runs. */
function controlPlaneOf({ rehearsal, paths, toolchain, environment }: AccountConfiguration, account: Account, podIdentityFor: Eks['podIdentityFor']): ControlPlane {
  const controlPlane = new KwokControlPlane({
    name: rehearsal, toolchain, environment, directory: paths.controlPlaneDirectory, documents: karpenterPodStages(), kwokKinds: KWOK_KINDS,
    onProcesses: (records) => writeProcesses(paths.controlPlaneProcesses, records),
  }, account.run);
  return new ControlPlaneWithKarpenter(account, controlPlane, {
    karpenter: toolchain.karpenter, podIdentityFor, environment, logsDirectory: join(paths.logsDirectory, 'karpenter'),
  });
}

function regionWithoutPrices(region: string): LabError {
  return new LabError({
    code: 'RegionWithoutPrices',
    message: 'There is no price table of the region, so Karpenter would choose by the prices of another.',
    received: region,
    remedy: 'Rehearse the lab in ap-northeast-2, or add a table to lib/plan/prices.',
  });
}
