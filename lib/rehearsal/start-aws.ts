import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { SynthesizedStack } from '../assembly/synthesized-stack';
import { LabError } from '../lab-error';
import type { ProgressListener } from '../progress';
import { LOOPBACK } from './process/loopback';
import { awsEnvironment, type ProcessEnvironment } from './process/process-environment';
import { isProcessRunning, type ProcessRecord } from './process/running-processes';
import { processExited, startProcess } from './process/start-process';
import { waitUntil } from './process/wait-until';
import { amisFor } from './seed/amis-for';
import { seedAws } from './seed/seed-aws';
import type { RehearsalPaths } from './rehearsal-paths';
import type { Toolchain } from './toolchain/toolchain';

/** An AWS on loopback to start. */
export interface StartAwsOptions {
  readonly stack: SynthesizedStack;
  readonly paths: RehearsalPaths;
  readonly toolchain: Toolchain;
  readonly environment: ProcessEnvironment;
  /** Absolute path of the program that answers AWS calls. */
  readonly answersProgram: string;
  readonly motoPort: number;
  readonly answersPort: number;
  /** Absolute path of the assembly that is rehearsed. */
  readonly assemblyDirectory: string;
  /** URL of the rehearsal's API server. */
  readonly clusterEndpoint: string;
  /** Called with each process as it is started. */
  readonly onProcess: (process: ProcessRecord) => void;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Seconds that a server has until it answers. */
const READY_SECONDS = 60;

/**
 * Starts moto and the AWS answers in front of it, and seeds them from the assembly.
 *
 * @throws LabError `ProcessExited`, `AwsNotReady` or `AwsSeedFailed`
 */
export async function startAws(options: StartAwsOptions): Promise<void> {
  const { stack, paths, toolchain, environment, onProcess, onProgress, signal } = options;
  const env = { ...environment, ...awsEnvironment(stack.region) };
  const moto = `http://${LOOPBACK}:${options.motoPort}`;
  writeFileSync(paths.imagesFile, JSON.stringify(amisFor(stack)));

  const motoServer = await startProcess({
    name: 'moto',
    command: toolchain.motoServer,
    args: ['-H', LOOPBACK, '-p', String(options.motoPort)],
    env: { ...env, ...accountOf(stack), MOTO_AMIS_PATH: paths.imagesFile, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
    workingDirectory: paths.directory,
    logFile: join(paths.logsDirectory, 'moto.log'),
  });
  onProcess(motoServer.record);

  const answers = await startProcess({
    name: 'aws-answers',
    command: process.execPath,
    args: [
      options.answersProgram, '--port', String(options.answersPort), '--moto', moto, '--region', stack.region,
      '--images', paths.imagesFile, '--ready-file', paths.awsAnswersReadyFile,
      '--assembly', options.assemblyDirectory, '--kubeconfig', paths.kubeconfig, '--cluster-endpoint', options.clusterEndpoint,
    ],
    env,
    workingDirectory: paths.directory,
    logFile: join(paths.logsDirectory, 'aws-answers.log'),
  });
  onProcess(answers.record);

  await waitForServer(motoServer.record, async () => accepts(options.motoPort), signal);
  await waitForServer(answers.record, () => existsSync(paths.awsAnswersReadyFile), signal);
  await seedAws({ endpoint: `http://${LOOPBACK}:${options.answersPort}`, stack, onProgress });
}

async function waitForServer(server: ProcessRecord, isReady: () => boolean | Promise<boolean>, signal?: AbortSignal): Promise<void> {
  await waitUntil(async () => {
    if (!isProcessRunning(server)) throw processExited(server);
    return await isReady() ? true : undefined;
  }, {
    deadlineSeconds: READY_SECONDS,
    signal,
    onDeadline: () => new LabError({
      code: 'AwsNotReady',
      message: `${server.name} did not answer within ${READY_SECONDS} seconds.`,
      received: server.logFile,
      remedy: 'Read its log. On a busy machine, start again.',
    }),
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

/** The account that moto plays: the lab's, where it is bound to one, so that the actions find themselves in the right place. */
function accountOf({ account }: SynthesizedStack): ProcessEnvironment {
  return account === undefined ? {} : { MOTO_ACCOUNT_ID: account };
}
