import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LabError } from '../../lab-error';
import { priceTableOf } from '../../plan/price-table';
import { type AwsAnswersServer, startAwsAnswers } from './aws-answers-server';
import { readNodeImages } from './node-image';
import { rehearsedLab, type RehearsedLabArguments } from './rehearsed-stack';

/** Options with which the server is started as a process of its own. */
export interface AwsAnswersArguments {
  /** `--port`: TCP port on 127.0.0.1; 0 is a free one. */
  readonly port: number;
  /** `--moto`: loopback URL of moto. */
  readonly moto: string;
  /** `--region`: region whose price table is the market. */
  readonly region: string;
  /** `--images`: path of the file that moto was given as `MOTO_AMIS_PATH`. */
  readonly imagesFile: string;
  /** `--ready-file`: path of the file to which the port is written once requests are answered. */
  readonly readyFile: string;
  /** The lab that is rehearsed: `--assembly`, `--kubeconfig` and `--cluster-endpoint`, all of them or none. @default - none */
  readonly lab?: RehearsedLabArguments;
}

/**
 * Reads the options. All are required; `--port` may be 0.
 *
 * @throws LabError `AwsAnswersMisused`
 */
export function parseAwsAnswersArguments(argv: readonly string[]): AwsAnswersArguments {
  const { values } = parsed(argv);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw misused('--port is not a port.', values.port);
  return {
    port,
    moto: required(values.moto, '--moto'),
    region: required(values.region, '--region'),
    imagesFile: required(values.images, '--images'),
    readyFile: required(values['ready-file'], '--ready-file'),
    lab: labArguments(values),
  };
}

function labArguments(values: Readonly<Record<string, string | undefined>>): RehearsedLabArguments | undefined {
  const { assembly, kubeconfig, 'cluster-endpoint': clusterEndpoint } = values;
  if (assembly === undefined && kubeconfig === undefined && clusterEndpoint === undefined) return undefined;
  return {
    assembly: required(assembly, '--assembly'),
    kubeconfig: required(kubeconfig, '--kubeconfig'),
    clusterEndpoint: required(clusterEndpoint, '--cluster-endpoint'),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string', default: '0' },
        moto: { type: 'string' },
        region: { type: 'string' },
        images: { type: 'string' },
        'ready-file': { type: 'string' },
        assembly: { type: 'string' },
        kubeconfig: { type: 'string' },
        'cluster-endpoint': { type: 'string' },
      },
    });
  } catch (cause) {
    throw misused(cause instanceof Error ? cause.message : String(cause), argv.join(' '), cause);
  }
}

function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw misused(`${option} is missing.`);
  return value;
}

function misused(message: string, received?: string, cause?: unknown): LabError {
  return new LabError({
    code: 'AwsAnswersMisused',
    message,
    received,
    remedy: 'Start it with --port PORT --moto URL --region REGION --images FILE --ready-file FILE, and --assembly DIR --kubeconfig FILE --cluster-endpoint URL together.',
    cause,
  });
}

/** Takes a line of the log, without its end. */
export type WriteLine = (line: string) => void;

/**
 * Starts the server as its command line says, and writes its port to the ready file.
 *
 * @param argv options, without the interpreter and the script
 * @throws LabError `AwsAnswersMisused`, `RegionWithoutPrices`, `NodeImagesUnreadable`,
 * `EndpointNotLocal`, `AwsAnswersNotStarted`, `AssemblyNotFound` or `AssemblyUnreadable`
 */
export async function runAwsAnswers(argv: readonly string[], writeLine: WriteLine): Promise<AwsAnswersServer> {
  const { port, moto, region, imagesFile, readyFile, lab } = parseAwsAnswersArguments(argv);
  const prices = priceTableOf(region);
  if (prices === undefined) {
    throw new LabError({
      code: 'RegionWithoutPrices',
      message: 'There is no price table of the region, so Karpenter would choose by the prices of another.',
      received: region,
      remedy: 'Rehearse the lab in ap-northeast-2, or add a table to lib/plan/prices.',
    });
  }

  const server = await startAwsAnswers({
    moto,
    port,
    prices,
    images: readNodeImages(imagesFile),
    lab: lab === undefined ? undefined : rehearsedLab(lab, moto),
    log: (entry) => writeLine(JSON.stringify(entry)),
  });
  // Whoever waits for the file must not see half of it.
  writeFileSync(`${readyFile}.part`, `${server.port}\n`);
  renameSync(`${readyFile}.part`, readyFile);
  return server;
}
