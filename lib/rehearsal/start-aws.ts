import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { RunContext } from '../run-context';
import { LOOPBACK } from './process/loopback';
import { awsEnvironment } from './process/process-environment';
import { untilReady } from './process/start-process';
import { type Rehearsal, startPart } from './rehearsal';
import { amisFor } from './seed/amis-for';
import { seedAws } from './seed/seed-aws';

/**
 * Starts moto and the AWS answers in front of it, and seeds them from the assembly.
 *
 * @throws LabError `ProcessExited`, `AwsNotReady` or `AwsSeedFailed`
 */
export async function startAws(rehearsal: Rehearsal, run: RunContext): Promise<void> {
  const { paths, ports, toolchain, lab: { stack } } = rehearsal;
  const moto = `http://${LOOPBACK}:${ports.moto}`;
  writeFileSync(paths.imagesFile, JSON.stringify(amisFor(stack)));

  const motoServer = await startPart(rehearsal, {
    name: 'moto',
    command: toolchain.motoServer,
    args: ['-H', LOOPBACK, '-p', String(ports.moto)],
    env: {
      ...awsEnvironment(stack.region),
      // moto plays the account that the lab is bound to: the lab's commands refuse any other.
      ...(stack.account === undefined ? {} : { MOTO_ACCOUNT_ID: stack.account }),
      MOTO_AMIS_PATH: paths.imagesFile,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
    },
  });
  const answers = await startPart(rehearsal, {
    name: 'aws-answers',
    command: process.execPath,
    args: [
      rehearsal.programs.awsAnswers, '--port', String(ports.awsAnswers), '--moto', moto, '--region', stack.region,
      '--images', paths.imagesFile, '--ready-file', paths.awsAnswersReadyFile,
      '--assembly', rehearsal.assemblyDirectory, '--kubeconfig', paths.kubeconfig, '--cluster-endpoint', rehearsal.clusterEndpoint,
    ],
    env: awsEnvironment(stack.region),
  });

  await untilReady(motoServer.record, () => accepts(ports.moto), 'AwsNotReady', run);
  await untilReady(answers.record, () => existsSync(paths.awsAnswersReadyFile), 'AwsNotReady', run);
  await seedAws({ endpoint: rehearsal.awsEndpoint, stack }, run);
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
