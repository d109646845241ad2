import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { objectsOfKind } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { AMI_ALIAS_ALLOWED, AMI_ALIAS_PATTERN } from '../config/compatibility';
import { EC2_NODE_CLASSES } from '../kubernetes/karpenter-kinds';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { writeAccountConfiguration } from './account-process/account-configuration';
import { makeEmptyAccount } from './empty-account';
import { motoImages, publishedImages } from './published-images';
import { LOOPBACK } from './process/loopback';
import { awsEnvironment } from './process/process-environment';
import { untilReady } from './process/start-process';
import { type Rehearsal, startPart } from './rehearsal';

/**
 * AWS seconds that one real second stands for, where the account only waits: a control plane that takes nine minutes on AWS is
 * there after some seconds.
 */
const COMPRESSION = 60;

/**
 * Starts moto and the account in front of it, as AWS and `cdk bootstrap` leave an account that nobody has used yet.
 *
 * @throws LabError `ProcessExited`, `AwsNotReady` or `AmiAliasNotRehearsed`
 */
export async function startAccount(rehearsal: Rehearsal, run: RunContext): Promise<void> {
  const { name, lab, accountId, paths, ports, toolchain, programs, projectDirectory, environment } = rehearsal;
  const { stack } = lab;
  writeFileSync(paths.imagesFile, JSON.stringify(motoImages(publishedImages({ kubernetesVersions: [lab.cluster.version], releases: releasesFor(lab) }))));
  mkdirSync(paths.accountDirectory, { recursive: true });
  writeAccountConfiguration({ rehearsal: name, accountId, region: stack.region, compression: COMPRESSION, paths, ports, toolchain, programs, projectDirectory, environment });

  const moto = await startPart(rehearsal, {
    name: 'moto',
    command: toolchain.motoServer,
    args: ['-H', LOOPBACK, '-p', String(ports.moto)],
    env: {
      ...awsEnvironment(stack.region),
      MOTO_ACCOUNT_ID: accountId,
      MOTO_AMIS_PATH: paths.imagesFile,
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
    },
  });
  // The account asks moto for instances as soon as it starts.
  await untilReady(moto.record, () => accepts(ports.moto), 'AwsNotReady', run);
  const account = await startPart(rehearsal, {
    name: 'account',
    command: process.execPath,
    args: ['--enable-source-maps', programs.account, paths.accountConfiguration],
    env: awsEnvironment(stack.region),
  });
  await untilReady(account.record, () => existsSync(paths.accountReadyFile), 'AwsNotReady', run);
  await makeEmptyAccount({ accountId, region: stack.region, moto: `http://${LOOPBACK}:${ports.moto}`, run });
}

/** Days between a release of images and the next, about. */
const DAYS_BETWEEN_RELEASES = 14;

/**
 * Releases of images that AWS has published: those that the lab names, and one that came later.
 *
 * @throws LabError `AmiAliasNotRehearsed` for an alias that is not one AL2023 release
 */
export function releasesFor({ stack }: LabView): readonly string[] {
  const named = [...new Set(objectsOfKind(stack, EC2_NODE_CLASSES).flatMap(({ amiAliases }) => amiAliases).map(releaseOf))].toSorted();
  const newest = named.at(-1);
  return newest === undefined ? named : [...named, releaseAfter(newest)];
}

/** The release that follows one: `v20260917` comes before `v20261001`. */
export function releaseAfter(release: string): string {
  const day = new Date(`${release.slice(1, 5)}-${release.slice(5, 7)}-${release.slice(7, 9)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + DAYS_BETWEEN_RELEASES);
  return `v${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** `al2023@v20260917` is the release `v20260917`. */
function releaseOf(alias: string): string {
  if (AMI_ALIAS_PATTERN.test(alias)) return alias.slice(alias.indexOf('@') + 1);
  throw new LabError({
    code: 'AmiAliasNotRehearsed',
    message: 'The rehearsal has images of AL2023 releases only.',
    received: alias,
    remedy: `Set karpenter.amiAlias in lab.yaml to ${AMI_ALIAS_ALLOWED}.`,
  });
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
